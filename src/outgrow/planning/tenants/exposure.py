"""Exposure: what was sold of each resource against what is used of it, and against what the infrastructure holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from outgrow.domain.forecast import WITHIN_DAYS, DaysUntil, Status
from outgrow.domain.ladder import Ladder, Tier
from outgrow.planning.tenants.resource_use import ResourceUse

NO_DATABASE = "not known without the platform's database"
COUNTED = (
    "sold_active", "sold_trial", "unlimited_active", "unlimited_trial", "used_limited", "utilisation",
    "largest_share", "if_all_used",
)  # fmt: skip
"""Keys of a resource's document that only the tenants themselves tell."""


@dataclass(frozen=True, slots=True)
class ResourceExposure:
    """One resource against what the rented tier holds.

    Attributes:
        maximum: of the tier; None where it does not limit the resource.
        until: when use reaches that maximum; None without one.
    """

    use: ResourceUse
    tier: Tier
    maximum: float | None
    until: DaysUntil | None

    @property
    def overcommit(self) -> float | None:
        """How much is sold of each one that the tier holds: above 1, it cannot hold all that was sold."""
        return self.use.sold / self.maximum if self.use.sold is not None and self.maximum else None

    @property
    def probability_within(self) -> dict[int, float | None]:
        """By days ahead, the probability that use reaches the tier's maximum; None where nothing can be said."""
        if self.until is None:
            return dict.fromkeys(WITHIN_DAYS)
        if self.until.status is Status.ALREADY_EXCEEDED:
            return dict.fromkeys(WITHIN_DAYS, 1.0)
        return {days: self.until.probability_within.get(days) for days in WITHIN_DAYS}

    @property
    def unknown(self) -> dict[str, str]:
        """Why there is no number, by key of the document."""
        use, reasons = self.use, {}
        if use.active is None:
            reasons = dict.fromkeys(COUNTED, NO_DATABASE)
        elif not use.sold:
            reasons["utilisation"] = "nothing limited is sold"
        if use.active is not None and not use.largest:
            reasons["largest_share"] = "nothing is used"
        if use.sold is None:
            reasons["sold"] = reasons["overcommit"] = NO_DATABASE
        if use.used is None:
            reasons["used"] = "no value is stored"
        if self.maximum is None:
            why = f"tier {self.tier.name} does not limit it"
            reasons |= dict.fromkeys(("tier_maximum", "overcommit", "probability_within"), why)
        elif self.until is not None and None in self.probability_within.values():
            refused = None if self.until.probability_within else self.until.reason
            reasons["probability_within"] = refused or "the forecast does not reach so far"
        return reasons


@dataclass(frozen=True, slots=True)
class FullUse:
    """The infrastructure that it would take if every tenant used all it bought.

    Attributes:
        usage: by metric that tiers may limit.
        tier: the smallest that would hold it; where none would, the largest.
        beyond: whether none would.
        fits: whether the rented one would.
        binding: the metrics for which the tier below would not do, or where none would, the largest.
        nouns: what each metric that the ladder limits counts, in words.
    """

    usage: Mapping[str, float]
    tier: Tier
    beyond: bool
    fits: bool
    binding: tuple[str, ...]
    nouns: Mapping[str, str]

    @classmethod
    def of(cls, ladder: Ladder, rented: Tier, usage: Mapping[str, float], nouns: Mapping[str, str]) -> "FullUse":
        """What a use would take."""
        tier = ladder.required(usage)
        beyond = not tier.holds(usage)
        short = tier if beyond else next((below for below, above in pairwise(ladder) if above == tier), None)
        maxima = short.maxima if short else {}
        binding = tuple(name for name, top in maxima.items() if usage.get(name, 0) >= top)
        return cls(usage, tier, beyond, rented.holds(usage), binding, nouns)

    @property
    def sentence(self) -> str:
        """The tier in a sentence."""
        if_all = "if every tenant used all it bought"
        if self.fits:
            return f"Tier {self.tier.name} would do even {if_all}."
        because = f"for {' and '.join(f'{self.usage[name]:,.0f} {self.nouns[name]}' for name in self.binding)}"
        if self.beyond:
            return f"I{if_all[1:]}, not even tier {self.tier.name} would do, {because}."
        return f"I{if_all[1:]}, tier {self.tier.name} would be needed, {because}."


@dataclass(frozen=True, slots=True)
class Exposure:
    """All resources, and what it would take if all that was sold were used.

    Attributes:
        tier: the one that is rented now.
        tenants: how many there are; None where nobody knows.
        if_all_used: None where it is not known, and `if_all_used_unknown` why.
        example: whether nobody set the ladder.
    """

    as_of: date
    tier: Tier
    tenants: int | None
    resources: tuple[ResourceExposure, ...]
    if_all_used: FullUse | None
    if_all_used_unknown: str | None
    example: bool = False

    @property
    def called(self) -> str:
        """The tier, with whose it is where nobody set the ladder."""
        return f"tier {self.tier.name}{' of the example ladder' if self.example else ''}"

    @property
    def sentence(self) -> str:
        """What it would take if all that was sold were used."""
        if self.if_all_used is not None:
            said = self.if_all_used.sentence
            return f"On the example ladder: {said[0].lower()}{said[1:]}" if self.example else said
        return f"Which tier it would take if every tenant used all it bought is {self.if_all_used_unknown}."


def expose(
    *,
    as_of: date,
    tenants: int | None,
    uses: Iterable[ResourceUse],
    ladder: Ladder,
    rented: Tier,
    unsold: Mapping[str, float],
    nouns: Mapping[str, str],
    untils: Iterable[DaysUntil],
) -> Exposure:
    """Hold what is sold and used against the ladder.

    Args:
        tenants: how many there are; None where nobody knows.
        unsold: what is used of that which no plan sells, by metric's name: it stays at that. A metric of which nobody
            knows is left out.
        nouns: what each metric that the ladder limits counts, in words.
        untils: when use reaches a maximum of the rented tier, of each resource that it limits.
    """
    asked = {until.metric.name: until for until in untils}
    resources = tuple(
        ResourceExposure(use, rented, rented.maximum(use.metric.name), asked.get(use.metric.name)) for use in uses
    )
    usage = {**unsold}
    usage |= {each.use.metric.name: amount for each in resources if (amount := each.use.if_all_used) is not None}
    missing = [name for name in ladder.metrics if name not in usage]
    sold = {each.use.metric.name for each in resources}
    uncounted = " and ".join(nouns[name] for name in missing)
    why = NO_DATABASE if sold.intersection(missing) else f"not known: no count of {uncounted} is stored"
    return Exposure(
        as_of=as_of,
        tier=rented,
        tenants=tenants,
        resources=resources,
        if_all_used=None if missing else FullUse.of(ladder, rented, usage, nouns),
        if_all_used_unknown=why if missing else None,
        example=ladder.example,
    )

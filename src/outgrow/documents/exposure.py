"""What was sold against what is used, as a part of the document of `outgrow ladder`."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day, share
from outgrow.domain.forecast import as_number
from outgrow.planning.tenants.resource_use import LARGEST_PERCENT

if TYPE_CHECKING:
    from outgrow.planning.tenants.exposure import FullUse, ResourceExposure
    from outgrow.service.sold import ExposureReport

DECIMALS = 6
"""Of amounts that are no counts: gigabytes to the kilobyte."""


class ResourceExposureDocument(TypedDict):
    """One resource that plans limit."""

    resource: str
    """`products`, `orders_month`, `team_members` or `storage_gb`"""
    metric: str
    """what its use is measured by"""
    unit: str
    """of all amounts"""
    sold: float | None
    """sum of the limits of active and trial subscriptions"""
    sold_active: float | None
    """of active subscriptions alone"""
    sold_trial: float | None
    """of those on trial alone"""
    unlimited_active: int | None
    """active subscriptions without a limit of this resource"""
    unlimited_trial: int | None
    """the same on trial"""
    used: float | None
    """all of it, also by merchants who are gone and by none; of orders, in the month so far"""
    used_limited: float | None
    """by tenants who have subscriptions, and a limit in each"""
    utilisation: float | None
    """`used_limited` of `sold`; null where nothing limited is sold"""
    tier_maximum: float | None
    """the rented tier's maximum; null where the tier does not limit it"""
    overcommit: float | None
    """`sold` of `tier_maximum`; null where the tier does not limit it"""
    largest_share: dict[str, float | None]
    """share of `used` that the largest 1% and 10% of the tenants hold, rounded up to whole tenants, at least one"""
    if_all_used: float | None
    """what would be used if every tenant used all it bought"""
    probability_within: dict[str, float | None]
    """chance that use reaches `tier_maximum` within so many days; 1 where it has; null where nothing can be said"""
    unknown: dict[str, str]
    """by key, why it is null"""


class FullUseDocument(TypedDict):
    """What it would take if every tenant used all it bought."""

    tier: str
    """the smallest tier that would hold it; where none would, the largest"""
    beyond_ladder: bool
    """whether not even the largest would"""
    binding: list[str]
    """the metrics for which the tier below would not do, or where none would, the largest"""
    usage: dict[str, float | None]
    """what would be used, by metric"""


class ExposureDocument(TypedDict):
    """What was sold against what is used and what the tier holds."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day at whose end is counted"""
    tier: str
    """the rented tier: `plan.current_tier`, or the smallest that holds today's use"""
    example: bool
    """whether the ladder is the one that outgrow brings as an example"""
    tenants: int | None
    """merchants that exist; null without the platform's database"""
    resources: list[ResourceExposureDocument]
    """one entry each for `products`, `orders_month`, `team_members`, `storage_gb`"""
    if_all_used: FullUseDocument | None
    """what it would take if every tenant used all it bought; null where that is not known"""
    if_all_used_unknown: str | None
    """why `if_all_used` is null, else null"""


def exposure_document(report: "ExposureReport") -> ExposureDocument:
    """Every resource, and what it would take if all that was sold were used."""
    made = report.exposure
    return {
        "platform": report.platform,
        "as_of": made.as_of.isoformat(),
        "tier": made.tier.name,
        "example": made.example,
        "tenants": made.tenants,
        "resources": [resource_document(resource) for resource in made.resources],
        "if_all_used": _full_use_document(made.if_all_used) if made.if_all_used else None,
        "if_all_used_unknown": made.if_all_used_unknown,
    }


def resource_document(resource: "ResourceExposure") -> ResourceExposureDocument:
    """One resource; whatever is null has its reason in `unknown`."""
    use, decimals = resource.use, 0 if resource.use.metric.is_count else DECIMALS
    active, trial = use.active, use.trial
    return {
        "resource": use.resource,
        "metric": use.metric.name,
        "unit": use.metric.unit,
        "sold": _amount(use.sold, decimals),
        "sold_active": _amount(active.amount if active else None, decimals),
        "sold_trial": _amount(trial.amount if trial else None, decimals),
        "unlimited_active": active.unlimited if active else None,
        "unlimited_trial": trial.unlimited if trial else None,
        "used": _amount(use.used, decimals),
        "used_limited": _amount(use.used_limited, decimals),
        "utilisation": share(use.utilisation),
        "tier_maximum": as_number(resource.maximum),
        "overcommit": share(resource.overcommit),
        "largest_share": {str(percent): share(use.largest.get(percent)) for percent in LARGEST_PERCENT},
        "if_all_used": _amount(use.if_all_used, decimals),
        "probability_within": {str(days): share(chance) for days, chance in resource.probability_within.items()},
        "unknown": resource.unknown,
    }


def _full_use_document(full: "FullUse") -> FullUseDocument:
    return {
        "tier": full.tier.name,
        "beyond_ladder": full.beyond,
        "binding": list(full.binding),
        "usage": {name: _amount(amount, DECIMALS) for name, amount in full.usage.items()},
    }


def _amount(value: float | None, decimals: int) -> float | None:
    return None if value is None else as_number(round(value, decimals))

"""`scenarios.toml`: what may stand in it, and the line of whatever is wrong in it."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from outgrow.domain.bounds import MOST_AMOUNT, MOST_DAYS, MOST_FACTOR
from outgrow.domain.errors import ConfigurationError, OutgrowError, UsageError
from outgrow.domain.tenant import UNLIMITED
from outgrow.domain.text import LONGEST_SAID, cleaned, cleaned_key
from outgrow.service.files import NO_SUCH_FILE, why_unreadable
from outgrow.setup.settings import Day, EventSection, Key, Name, TierSection

FILE = "scenarios.toml"
EVERY = "*"
"""Whose growth is meant where no metric is named."""

LIMIT_SUFFIX = "_limit"
SHORT_LIMITS = {
    "products_limit": "products",
    "orders_limit": "orders_month",
    "team_limit": "team_members",
    "storage_limit_gb": "storage_gb",
}
"""The keys of plans' limits in the commerce schema, and whose they are."""

Keys = tuple[str | int, ...]
Fault = Callable[[Keys, str, str], OutgrowError]
"""Makes the error for what is wrong at a key of a scenario, from what it is and how to mend it: says where."""
Amount = Annotated[float, Field(ge=0, le=MOST_AMOUNT, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=MOST_FACTOR, allow_inf_nan=False)]
PlanLimit = Annotated[float, Field(ge=0), BeforeValidator(lambda top: UNLIMITED if top == "unlimited" else top)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StoresTable(_Table):
    """`[[scenario.NAME.stores]]`: stores that open, as those of a plan have grown or of given sizes."""

    count: int = Field(gt=0, le=MOST_FACTOR)
    on: Day
    over_days: int = Field(default=1, gt=0, le=MOST_DAYS)
    plan: Key | None = None
    sizes: dict[str, Amount] | None = None

    @model_validator(mode="after")
    def _known_how_large(self) -> Self:
        if (self.plan is None) == (self.sizes is None):
            raise ValueError("give either `plan`, to grow as its stores have grown, or `sizes`")
        return self


class MerchantTable(_Table):
    """`[[scenario.NAME.merchants]]`: a merchant who joins with all that he has."""

    name: Name = ""
    on: Day
    sizes: dict[str, Amount]


class MultipliedTable(EventSection):
    """`[[scenario.NAME.events]]`: days whose orders are multiplied."""

    name: Name = ""
    multiplier: Factor


class StepTable(_Table):
    """`[[scenario.NAME.steps]]`: a metric that is higher or lower from a day on."""

    metric: str
    on: Day
    amount: float = Field(ge=-MOST_AMOUNT, le=MOST_AMOUNT, allow_inf_nan=False)


class PlanTable(_Table):
    """`[[scenario.NAME.plans]]`: other limits of a plan, `RESOURCE_limit` of each; those left out stay.

    Attributes:
        others: of resources that have no short form here, by their keys.
    """

    code: Key
    products_limit: PlanLimit | None = None
    orders_limit: PlanLimit | None = None
    team_limit: PlanLimit | None = None
    storage_limit_gb: PlanLimit | None = None
    others: dict[str, PlanLimit] = Field(default_factory=dict, alias="*")

    @model_validator(mode="before")
    @classmethod
    def _others_apart(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        others = {key: top for key, top in told.items() if key.endswith(LIMIT_SUFFIX) and key not in cls.model_fields}
        return {EVERY: others, **{key: top for key, top in told.items() if key not in others}}

    def limits(self) -> dict[str, float]:
        """By the names of resources."""
        short = {name: top for key, name in SHORT_LIMITS.items() if (top := getattr(self, key)) is not None}
        return short | {key.removesuffix(LIMIT_SUFFIX): top for key, top in self.others.items()}

    def key(self, name: str) -> str:
        """The key at which the limit of a resource stands."""
        long = f"{name}{LIMIT_SUFFIX}"
        return long if long in self.others else limit_key(name)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.limits():
            raise ValueError("no limit is given")
        return self


def limit_key(name: str) -> str:
    """How the limit of a resource is called in a plan's table."""
    return next((key for key, short in SHORT_LIMITS.items() if short == name), f"{name}{LIMIT_SUFFIX}")


class PriceTable(_Table):
    """`[[scenario.NAME.prices]]`: another price of a tier."""

    tier: Key
    cost_monthly: Decimal = Field(ge=0, max_digits=15, decimal_places=4)


class ScenarioTable(_Table):
    """`[scenario.NAME]`: changes that are asked about together."""

    description: Annotated[str, AfterValidator(lambda text: cleaned(text, LONGEST_SAID))] = ""
    stores: tuple[StoresTable, ...] = ()
    merchants: tuple[MerchantTable, ...] = ()
    events: tuple[MultipliedTable, ...] = ()
    steps: tuple[StepTable, ...] = ()
    plans: tuple[PlanTable, ...] = ()
    ladder: tuple[TierSection, ...] | None = None
    prices: tuple[PriceTable, ...] = ()
    growth: Annotated[
        dict[str, Factor], BeforeValidator(lambda told: told if isinstance(told, dict) else {EVERY: told})
    ] = Field(default_factory=dict)

    def kinds(self) -> list[str]:
        """The keys that change something."""
        return [name for name in type(self).model_fields if name != "description" and getattr(self, name)]


class _File(_Table):
    scenario: dict[Key, ScenarioTable] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """The scenarios of a file.

    Attributes:
        path: the file, there or not.
        tables: by name; none without a file.
    """

    path: Path
    text: str
    tables: Mapping[str, ScenarioTable]

    def table(self, name: str) -> ScenarioTable:
        """The scenario of this name.

        Raises:
            ConfigurationError: the file does not exist.
            UsageError: there is no scenario of this name in it.
        """
        if cleaned_key(name) in self.tables:
            return self.tables[cleaned_key(name)]
        if not self.path.is_file():
            raise ConfigurationError(
                f"there is no scenarios file {self.path}, and so no scenario '{name}'",
                f"write it, with a table [scenario.{name}], or name the file with --file",
            )
        near = get_close_matches(name, self.tables, n=3, cutoff=0.5) or list(self.tables)
        mend = f"use one of: {', '.join(near)}" if near else f"write it, in a table [scenario.{name}]"
        raise UsageError(f"{self.path} holds no scenario '{name}'", mend)

    def fault(self, name: str) -> Fault:
        """Makes errors that name the file, the line and the key."""

        def make(keys: Keys, what: str, mend: str) -> OutgrowError:
            return ConfigurationError(f"{place(self.path, self.text, ('scenario', name, *keys))}: {what}", mend)

        return make


def read_scenarios(path: Path, *, must_exist: bool) -> ScenarioFile:
    """Read a file of scenarios.

    Args:
        must_exist: whether it was asked for by name; else a missing file holds none.

    Raises:
        ConfigurationError: it is missing, no TOML, or something in it is unknown or wrong; names line and key.
    """
    why = why_unreadable(path)
    if why == NO_SUCH_FILE:
        if must_exist:
            raise ConfigurationError(f"there is no scenarios file {path}", "check the name, or leave it out")
        return ScenarioFile(path, "", {})
    if why is not None:
        raise ConfigurationError(f"the scenarios file {path} cannot be read: {why}", "check its name and its rights")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"the scenarios file {path} is no text: {error.reason}", "save it as UTF-8") from error
    try:
        return ScenarioFile(path, text, _File(**tomllib.loads(text)).scenario)
    except ValidationError as error:
        keys, what, mend = first_fault(error)
        raise ConfigurationError(f"{place(path, text, keys)}: {what}", mend) from error
    except (ValueError, RecursionError) as error:  # TOML that cannot be read
        raise ConfigurationError(f"{path}: {error}", "correct that line") from error


def first_fault(error: ValidationError) -> tuple[Keys, str, str]:
    """Where and what the first thing is that is wrong, and how to mend it."""
    first = error.errors(include_url=False, include_input=False)[0]
    keys = tuple(key for key in first["loc"] if key != EVERY)
    if first["type"] == "extra_forbidden":
        mend = "remove it, or look its name up in docs/reference/settings.md"
    else:
        mend = "see docs/reference/settings.md for what it may be"
    return keys, first["msg"].removeprefix("Value error, "), mend


def place(path: Path, text: str, keys: Keys) -> str:
    """File, line and key."""
    line = _line(text, keys)
    return f"{path}{f', line {line}' if line else ''}: {'.'.join(map(str, keys))}"


def _line(text: str, keys: Keys) -> int | None:
    """The line of a key, or of the innermost table around it that is there."""
    table: Keys = ()
    seen: dict[Keys, int] = {}
    best, depth = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[{1,2})([^\[\]]+)\]", line):
            table = _names(header[2])
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, seen[table])
            found = table
        elif key := re.match(r"""\s*([\w"'.-]+)\s*=""", line):
            found = (*table, *_names(key[1]))
        else:
            continue
        if len(found) > depth and found == keys[: len(found)]:
            best, depth = number, len(found)
    return best


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))

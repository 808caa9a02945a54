"""Settings: `outgrow.toml`, then `OUTGROW_*` variables, then options; read once, here."""

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from outgrow.domain.bounds import (
    EARLIEST_DAY,
    LATEST_DAY,
    LEAST_AMOUNT,
    MOST_AMOUNT,
    MOST_DAYS,
    MOST_FACTOR,
    MOST_SEED,
)
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import CalendarRules, Event, EventKind
from outgrow.domain.ladder import DEFAULT_LADDER, EUR, Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Headroom, Limit
from outgrow.domain.metric import Scope
from outgrow.domain.scenario import Project
from outgrow.domain.text import cleaned, cleaned_key
from outgrow.forecasting.calendar import check_campaigns
from outgrow.forecasting.model import SHIPPED
from outgrow.forecasting.projection import ForecastRules
from outgrow.service.config import DEFAULT_LIMITS, CapacityConfig
from outgrow.service.files import NO_SUCH_FILE, why_unreadable

FILE = "outgrow.toml"
PATHS, ADDRESSES = ("model_file", "scenarios_file"), ("database_url", "store_url")
"""Settings that name files, and those that may: addresses of SQLite files do."""
Share = Annotated[float, Field(ge=1e-9, le=1)]
Amount = Annotated[float, Field(ge=LEAST_AMOUNT, le=MOST_AMOUNT)]
Maximum = Annotated[int, Field(ge=1, le=int(MOST_AMOUNT))]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]
Factor = Annotated[float, Field(gt=0, le=MOST_FACTOR)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Name = Annotated[str, AfterValidator(cleaned)]
"""What something is called. It comes to terminals, charts and documents, and is cleaned here, where it comes in."""
Key = Annotated[str, AfterValidator(cleaned_key)]
"""A name by which things are found: cleaned, two that differ still differ."""


def _scope(text: str) -> str:
    """As scopes are stored; one without a kind stays, for the limits' own message."""
    return text if text.startswith(":") or not text else str(Scope.parse(text))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class ForecastSection(_Section):
    """`[forecast]`: what a forecast may rest on."""

    horizon_days: int = Field(default=365, ge=30, le=3650)
    need_days: int = Field(default=14, ge=7, le=MOST_DAYS)
    stale_after_days: int = Field(default=7, ge=1, le=MOST_DAYS)
    history_days: int = Field(default=400, ge=28, le=MOST_DAYS)


class AlertSection(_Section):
    """`[alerts]`: when a limit is worth a word."""

    warning_share: Share = 0.8
    critical_share: Share = 1.0
    growth_percent: float = Field(default=20.0, gt=0, le=MOST_FACTOR)
    lead_time_days: Days = 14
    review_interval_days: Days = 7
    warning_days: Days = 90


class LimitSection(_Section):
    """`[[limits]]`: the maximum of a metric, in its own unit."""

    metric: str
    maximum: Amount
    name: Key = ""
    scope: Annotated[str, AfterValidator(_scope)] = "platform"
    warning_share: Share | None = None
    critical_share: Share | None = None
    lead_time_days: Days | None = None
    review_interval_days: Days | None = None
    keep_free: float = Field(default=0.0, ge=0, lt=1)
    nodes: int = Field(default=1, ge=1, le=MOST_FACTOR)
    spare_nodes: int = Field(default=0, ge=0, le=MOST_FACTOR)

    @model_validator(mode="after")
    def _some_node_stays(self) -> Self:
        if self.spare_nodes >= self.nodes:
            raise ValueError(f"spare_nodes = {self.spare_nodes} of nodes = {self.nodes} leaves none to work")
        return self

    def to_limit(self) -> Limit:
        """As the domain knows it."""
        own = self.model_dump(exclude={"name", "keep_free", "nodes", "spare_nodes"})
        headroom = Headroom(self.keep_free, self.nodes, self.spare_nodes)
        return Limit(**own, name=self.name or self.metric, headroom=headroom)


class TierSection(_Section):
    """`[[ladder]]`: an infrastructure tier, from the smallest to the largest; a maximum left out is unlimited."""

    name: Key
    max_stores: Maximum | None = None
    max_products: Maximum | None = None
    max_orders_month: Maximum | None = None
    max_team_members: Maximum | None = None
    max_storage_gb: Maximum | None = None
    cost_monthly: Decimal = Field(ge=0, max_digits=15, decimal_places=4)
    currency: Currency | None = None
    lead_time_days: Days | None = None

    def to_tier(self, currency: str) -> Tier:
        """As the domain knows it."""
        maxima = {key.removeprefix("max_"): top for key, top in self.model_dump().items() if key.startswith("max_")}
        return Tier.of(self.name, self.cost_monthly, currency, self.lead_time_days, **maxima)


class PlanSection(_Section):
    """`[plan]`: what the plan of the months ahead rests on."""

    current_tier: Key | None = None
    day_over_cost: Decimal | None = Field(default=None, ge=0, max_digits=15, decimal_places=4)
    seed: int = Field(default=1, ge=0, le=MOST_SEED)


class CalendarSection(_Section):
    """`[calendar]`: whose public holidays, and whether the large sales are events."""

    country: str | None = None
    subdivision: str | None = None
    sales: bool = True


class EventSection(_Section):
    """`[[events]]`: a campaign of one's own, past or to come; both days are included."""

    name: Name
    first: Day
    last: Day | None = None
    multiplier: Factor | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the last day, {self.last}, lies before the first, {self.first}")
        return self

    def to_event(self) -> Event:
        """As the domain knows it."""
        return Event(self.name, self.first, self.last or self.first, EventKind.CAMPAIGN, self.multiplier)


class ProjectSection(_Section):
    """`[[projects]]`: something committed that takes capacity from a day on."""

    name: Name
    on: Day
    probability: float = Field(default=1.0, ge=0, le=1)
    sizes: dict[str, Amount]


class _SettingsFile(TomlConfigSettingsSource):
    """A settings file: what it names by a relative path lies beside it, wherever a command is run."""

    def __call__(self) -> dict[str, Any]:
        told, file = super().__call__(), self.toml_file_path
        if not isinstance(file, Path):
            return told
        beside = {**dict.fromkeys(PATHS, _path), **dict.fromkeys(ADDRESSES, _address)}
        named = {name for name in beside if isinstance(told.get(name), str)}
        return {**told, **{name: beside[name](file.parent, told[name]) for name in named}}


def _path(folder: Path, text: str) -> str:
    return str(folder / text)


def _address(folder: Path, text: str) -> str:
    """The address of an SQLite file from a folder on; any other as it is."""
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///)(?!file:|:memory:)([^?]+)(\?.*)?", text)
    return f"{found[1]}{folder / found[2]}{found[3] or ''}" if found else text


class Settings(BaseSettings):
    """Everything that can be configured.

    Attributes:
        database_url: SQLAlchemy address of the platform's database.
        store_url: address of our own tables; the same database by default.
        platform: code or id; the first platform by default.
        model_file: the file of a model that `outgrow fit` made; the model that is shipped by default.
        scenarios_file: where scenarios are; `scenarios.toml` beside the settings file by default, if it is there.
        time_zone: IANA name for platforms that are known from the store alone, such as imported ones.
    """

    model_config = SettingsConfigDict(
        env_prefix="OUTGROW_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: str | None = Field(default=None, repr=False)
    store_url: str | None = Field(default=None, repr=False)
    platform: str | None = None
    model_file: Path | None = None
    time_zone: str = "UTC"
    forecast: ForecastSection = ForecastSection()
    alerts: AlertSection = AlertSection()
    plan: PlanSection = PlanSection()
    calendar: CalendarSection = CalendarSection()
    limits: tuple[LimitSection, ...] | None = None
    ladder: tuple[TierSection, ...] | None = None
    events: tuple[EventSection, ...] = ()
    projects: tuple[ProjectSection, ...] = ()
    scenarios_file: Path | None = None
    _read_from: str = PrivateAttr(default="the OUTGROW_ variables")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            _SettingsFile(settings_cls, settings_cls.model_config["toml_file"]),
        )

    @property
    def our_url(self) -> str | None:
        """Where our tables are."""
        return self.store_url or self.database_url

    def capacity_config(self) -> CapacityConfig:
        """Ladder, limits and policies as plain values.

        Raises:
            ConfigurationError: the ladder is out of order or lacks the tier that is rented, or campaigns overlap.
        """
        limits = DEFAULT_LIMITS if self.limits is None else tuple(limit.to_limit() for limit in self.limits)
        rules = ForecastRules(**self.forecast.model_dump(), model_file=self.model_file or SHIPPED)
        events = tuple(event.to_event() for event in self.events)
        try:
            ladder = self._ladder()
            ladder.rented({}, self.plan.current_tier)
            check_campaigns(events)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.read_from}: {error.what}", error.mend) from error
        return CapacityConfig(
            ladder,
            limits,
            AlertPolicy(**self.alerts.model_dump()),
            rules,
            LadderRules(**self.plan.model_dump()),
            CalendarRules(**self.calendar.model_dump(), events=events),
            tuple(Project(**project.model_dump()) for project in self.projects),
            self.read_from,
        )

    @property
    def read_from(self) -> str:
        """Where the settings come from, for messages."""
        return self._read_from

    def _ladder(self) -> Ladder:
        if self.ladder is None:
            return DEFAULT_LADDER
        named = [tier.currency for tier in self.ladder]
        if None in named and any(named):
            without = self.ladder[named.index(None)].name
            raise ConfigurationError(
                f"ladder: tier '{without}' names no currency, others do",
                "give all tiers the same `currency`, or leave it out of all",
            )
        return Ladder(tuple(tier.to_tier(tier.currency or EUR) for tier in self.ladder))


def load_settings(file: Path | None = None, **options: Any) -> Settings:  # noqa: ANN401
    """Read the settings.

    Args:
        file: a settings file; `outgrow.toml` in the working folder by default, which need not exist.
        options: what was given on the command line; None means not given.

    Raises:
        ConfigurationError: the file is missing or not TOML, or a setting is unknown or wrong; names file and line.
    """
    path = file or Path(FILE)
    why = why_unreadable(path)
    if why == NO_SUCH_FILE and file is not None:
        raise ConfigurationError(f"there is no settings file {file}", "check --config, or leave it out")
    if why is not None and why != NO_SUCH_FILE:
        raise ConfigurationError(f"the settings file {path} cannot be read: {why}", "check its name and its rights")

    class Sourced(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = Sourced(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        keys = [str(part) for part in first["loc"]]
        where = _where(path, keys, given)
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{where}: {'.'.join(keys)}: {said}", _mend(first["type"])) from error
    except (ValueError, RecursionError) as error:
        # TOML that cannot be read or is nested too deeply, or an environment variable that is not JSON
        raise ConfigurationError(f"{path}: {error}", "correct that line, or the OUTGROW_ variable named") from error
    if path.is_file():
        settings._read_from = str(path)  # no setting: nobody may set it
    return settings


def unknown_variables() -> list[str]:
    """The `OUTGROW_*` variables that are no setting: misspelt ones change nothing, and nobody would notice."""
    known = {f"OUTGROW_{name.upper()}" for name in Settings.model_fields}
    names = sorted(name for name in os.environ if name.startswith("OUTGROW_"))
    return [name for name in names if name.partition("__")[0] not in known]


def _mend(kind: str) -> str:
    if kind == "extra_forbidden":
        return "remove it, or look its name up in docs/reference/settings.md"
    return "see docs/reference/settings.md for what it may be"


def _where(path: Path, keys: list[str], given: dict[str, Any]) -> str:
    """The place a wrong setting came from: option, variable, or file and line."""
    if keys[0] in given:
        return f"option --{keys[0].replace('_', '-')}"
    variable = "OUTGROW_" + "__".join(keys).upper()
    if variable in os.environ or f"OUTGROW_{keys[0].upper()}" in os.environ:
        return f"environment variable {variable}"
    names = [key for key in keys if not key.isdigit()]
    nth = next((int(key) for key in keys if key.isdigit()), 0)
    at = _line(path, names, nth) if path.is_file() else None
    return f"{path}, line {at}" if at else str(path)


def _line(path: Path, names: list[str], nth: int) -> int | None:
    """The line of a key, in the nth table of that name where there are several."""
    section, seen, fallback = "", -1, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if header := re.match(r"\s*\[{1,2}\s*([\w.]+)\s*\]{1,2}", line):
            section = header[1]
            seen += section == names[0]
            fallback = number if section == names[0] and seen == nth else fallback
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            inside = section == names[0] and seen == nth and key[1] == names[-1]
            if inside or (not section and key[1] == names[0]):
                return number
    return fallback

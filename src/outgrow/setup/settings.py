"""Settings: `outgrow.toml`, then `OUTGROW_*` variables, then options; read once, here."""

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.event import CalendarRules, Event
from outgrow.domain.ladder import DEFAULT_LADDER, EUR, Ladder
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Limit
from outgrow.domain.scenario import Project
from outgrow.forecasting.calendar import check_campaigns
from outgrow.forecasting.model import SHIPPED
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.config import DEFAULT_LIMITS, CapacityConfig
from outgrow.service.files import NO_SUCH_FILE, why_unreadable
from outgrow.service.places import Keys, line_of
from outgrow.service.readers import MisreadError, Table, listed, path, text
from outgrow.service.tables import EVENT, TIER, TierTable
from outgrow.setup.sections import ALERTS, CALENDAR, FORECAST, LIMIT, PLAN, PROJECT, SOURCE, SourceSettings
from outgrow.setup.sql_sections import METRIC, PLAN_ROWS, RULES, SCOPE, check_declaration
from outgrow.sources.registry import BUILT_IN
from outgrow.sources.sql.declaration import (
    DeclaredLimits,
    DeclaredMetric,
    DeclaredPlan,
    DeclaredScope,
    SqlDeclaration,
    SqlRules,
)

FILE, SCENARIOS_FILE = "outgrow.toml", "scenarios.toml"
PATHS, ADDRESSES = ("model_file", "scenarios_file"), ("database_url", "store_url")
"""Settings that name files, and those that may: addresses of SQLite files do."""
PREFIX, WITHIN = "OUTGROW_", "__"
"""Begins the names of variables, and parts a section from its key in them."""
Setting = tuple[str, ...]
"""A name, or a section and its key."""
NOWHERE = "the OUTGROW_ variables"
"""Where settings are from without a file."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be configured.

    Attributes:
        database_url: SQLAlchemy address of the platform's database.
        store_url: address of our own tables; the same database by default.
        platform: code or id; the first platform by default.
        model_file: the file of a model that `outgrow fit` made; the model that is shipped by default.
        time_zone: IANA name for platforms that are known from the store alone, such as imported ones.
        source: where the platform lives.
        metrics: what is counted in its own database.
        scopes: who the tenants there are; one at the most.
        plans: what they can buy, and who is on which.
        sql: how that is asked.
        limits: None for the example.
        ladder: None for the example.
        scenarios_file: where scenarios are; `scenarios.toml` beside the settings file by default, if it is there.
        read_from: where the settings come from, for messages.
    """

    database_url: str | None = field(default=None, repr=False)
    store_url: str | None = field(default=None, repr=False)
    platform: str | None = None
    model_file: Path | None = None
    time_zone: str = "UTC"
    source: SourceSettings = field(default_factory=SourceSettings)
    metrics: tuple[DeclaredMetric, ...] = ()
    sql: SqlRules = field(default_factory=SqlRules)
    forecast: ForecastRules = field(default_factory=ForecastRules)
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    plan: LadderRules = field(default_factory=LadderRules)
    calendar: CalendarRules = field(default_factory=CalendarRules)
    scopes: tuple[DeclaredScope, ...] = ()
    plans: tuple[DeclaredPlan, ...] = ()
    limits: tuple[Limit | DeclaredLimits, ...] | None = None
    ladder: tuple[TierTable, ...] | None = None
    events: tuple[Event, ...] = ()
    projects: tuple[Project, ...] = ()
    scenarios_file: Path | None = None
    read_from: str = NOWHERE

    @property
    def our_url(self) -> str | None:
        """Where our tables are: beside those of a platform of the commerce schema, if nothing else is said."""
        return self.store_url or (self.database_url if self.lies_beside else None)

    @property
    def lies_beside(self) -> bool:
        """Whether our tables lie beside the platform's where nothing else is said: those of the commerce schema may."""
        return self.source_kind in {"commerce", "none"}

    @property
    def source_kind(self) -> str:
        """The kind of the source: as set, or what an address of a database makes likely."""
        return self.source.kind or ("sql" if self.metrics else "none" if self.database_url is None else "commerce")

    @property
    def declaration(self) -> SqlDeclaration:
        """What is declared of the platform's own database."""
        limits = [each for each in self.limits or () if isinstance(each, DeclaredLimits)]
        return SqlDeclaration(self.metrics, self.sql, next(iter(self.scopes), None), self.plans, limits)

    @property
    def scenarios_path(self) -> Path:
        """Where scenarios are: as set, or beside the settings file."""
        return self.scenarios_file or Path(self.read_from).with_name(SCENARIOS_FILE)

    def capacity_config(self) -> CapacityConfig:
        """Ladder, limits and policies as plain values.

        Raises:
            ConfigurationError: the ladder is out of order or lacks the tier that is rented, or campaigns overlap.
        """
        if self.source_kind in BUILT_IN and self.source.options:
            named = ", ".join(sorted(self.source.options))
            raise ConfigurationError(
                f"{self.read_from}: [source]: {named}: the kind '{self.source_kind}' knows no such key", "leave it out"
            )
        try:
            ladder = self._ladder()
            ladder.rented({}, self.plan.current_tier)
            check_campaigns(self.events)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.read_from}: {error.what}", error.mend) from error
        return CapacityConfig(
            ladder,
            DEFAULT_LIMITS if self.limits is None else tuple(each for each in self.limits if isinstance(each, Limit)),
            self.alerts,
            replace(self.forecast, model_file=self.model_file or SHIPPED),
            self.plan,
            replace(self.calendar, events=self.events),
            self.projects,
            self.read_from,
        )

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


SECTIONS: Mapping[str, Table[Any]] = {
    "source": SOURCE, "sql": RULES, "forecast": FORECAST, "alerts": ALERTS, "plan": PLAN, "calendar": CALENDAR,
}  # fmt: skip
LISTS: Mapping[str, Table[Any]] = {
    "metrics": METRIC, "scopes": SCOPE, "plans": PLAN_ROWS, "limits": LIMIT, "ladder": TIER, "events": EVENT,
    "projects": PROJECT,
}  # fmt: skip
SETTINGS: Table[Settings] = Table(
    Settings,
    {
        **dict.fromkeys((*ADDRESSES, "platform", "time_zone"), text),
        **dict.fromkeys(PATHS, path),
        **SECTIONS,
        **{name: listed(table) for name, table in LISTS.items()},
    },
)


def load_settings(file: Path | None = None, **options: object) -> Settings:
    """Read the settings.

    Args:
        file: a settings file; `outgrow.toml` in the working folder by default, which need not exist.
        options: what was given on the command line; None means not given.

    Raises:
        ConfigurationError: the file is missing or not TOML, or a setting is unknown or wrong; names file and line.
    """
    at = file or Path(FILE)
    document = _read(at, must_exist=file is not None)
    try:
        told = {} if document is None else _beside(at.parent, tomllib.loads(document))
    except (ValueError, RecursionError) as error:  # TOML that cannot be read, or is nested too deeply
        raise ConfigurationError(f"{at}: {error}", "correct that line") from error
    variables = _variables()
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = SETTINGS({**_overlaid(told, variables), **given})
    except MisreadError as fault:
        where = _where(fault.keys, given, variables) or _place(at, document, fault.keys)
        raise ConfigurationError(f"{where}: {'.'.join(map(str, fault.keys))}: {fault.what}", fault.mend) from fault
    settings = _placed(settings, lambda keys: _where(keys, given, variables) or _place(at, document, keys))
    return settings if document is None else replace(settings, read_from=str(at))


def _placed(settings: Settings, place: Callable[[Keys], str]) -> Settings:
    """The same, with where each metric is declared.

    Raises:
        ConfigurationError: two are of one name, or the source is of a kind that counts none.
    """
    kind = settings.source.kind or "sql"
    if settings.metrics and kind != "sql":
        raise ConfigurationError(
            f"{place(('source', 'kind'))}: [[metrics]] are counted by a source of the kind 'sql', "
            f"and this one is of the kind '{kind}'",
            "take `kind` out of [source], or the metrics out of the file",
        )
    metrics, scopes, plans = (
        tuple(replace(each, place=place((name, at))) for at, each in enumerate(getattr(settings, name)))
        for name in ("metrics", "scopes", "plans")
    )
    limits = settings.limits and tuple(
        replace(each, place=place(("limits", at))) if isinstance(each, DeclaredLimits) else each
        for at, each in enumerate(settings.limits)
    )
    placed = replace(settings, metrics=metrics, scopes=scopes, plans=plans, limits=limits)
    check_declaration(placed.declaration, scopes)
    return placed


def unknown_variables() -> list[str]:
    """The `OUTGROW_*` variables that are no setting: misspelt ones change nothing, and nobody would notice."""
    names = sorted(name for name in os.environ if name.startswith(PREFIX))
    return [name for name in names if _setting(name)[0] not in SETTINGS.keys]


def _read(at: Path, *, must_exist: bool) -> str | None:
    """What stands in a settings file; None without it."""
    why = why_unreadable(at)
    if why == NO_SUCH_FILE and must_exist:
        raise ConfigurationError(f"there is no settings file {at}", "check --config, or leave it out")
    if why == NO_SUCH_FILE:
        return None
    if why is not None:
        raise ConfigurationError(f"the settings file {at} cannot be read: {why}", "check its name and its rights")
    try:
        return at.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"the settings file {at} is no text: {error.reason}", "save it as UTF-8") from error


def _beside(folder: Path, told: dict[str, Any]) -> dict[str, Any]:
    """What a file names by a relative path lies beside it, wherever a command is run."""
    moved = {name: str(folder / told[name]) for name in PATHS if isinstance(told.get(name), str)}
    moved |= {name: _address(folder, told[name]) for name in ADDRESSES if isinstance(told.get(name), str)}
    return {**told, **moved}


def _address(folder: Path, address: str) -> str:
    """The address of an SQLite file from a folder on; any other as it is."""
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///)(?!file:|:memory:)([^?]+)(\?.*)?", address)
    return f"{found[1]}{folder / found[2]}{found[3] or ''}" if found else address


def _setting(variable: str) -> Setting:
    """The setting that a variable is named after."""
    section, within, key = variable.removeprefix(PREFIX).lower().partition(WITHIN)
    return (section, key) if within else (section,)


def _variables() -> dict[Setting, tuple[str, Any]]:
    """By setting, the variable's name and what it says; whole sections before their keys.

    Raises:
        ConfigurationError: one for a section or a list is no JSON.
    """
    found: dict[Setting, tuple[str, Any]] = {}
    for name in sorted(name for name in os.environ if name.startswith(PREFIX)):
        setting, value = _setting(name), os.environ[name]
        if len(setting) == 1 and setting[0] in {*SECTIONS, *LISTS}:
            told = _json(name, value)
            parts = {(*setting, key): each for key, each in told.items()} if isinstance(told, dict) else {setting: told}
            found = {part: (name, each) for part, each in parts.items()} | found
        elif setting[0] in (SECTIONS if len(setting) > 1 else SETTINGS.keys):
            found[setting] = name, value
    return found


def _json(variable: str, value: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        what = f"environment variable {variable}: it is no JSON: {getattr(error, 'msg', 'nested too deeply')}"
        raise ConfigurationError(what, "write it as docs/reference/settings.md shows, or take it away") from error


def _overlaid(told: Mapping[str, Any], variables: Mapping[Setting, tuple[str, Any]]) -> dict[str, Any]:
    """What a file says, with what variables say in its place."""
    both = dict(told)
    for (section, *key), (_, value) in variables.items():
        before = both.get(section) or {}
        if not key:
            both[section] = value
        elif isinstance(before, Mapping):
            both[section] = {**before, key[0]: value}
    return both


def _where(keys: Keys, given: Mapping[str, object], variables: Mapping[Setting, tuple[str, Any]]) -> str | None:
    """The option or variable that a wrong setting came from; None where it is from the file."""
    setting = tuple(map(str, keys))
    if setting and setting[0] in given:
        return f"option --{setting[0].replace('_', '-')}"
    found = variables.get(setting[:2]) or variables.get(setting[:1])
    return f"environment variable {found[0]}" if found else None


def _place(at: Path, document: str | None, keys: Keys) -> str:
    """File and line."""
    line = None if document is None else line_of(document, keys)
    return f"{at}, line {line}" if line else str(at)

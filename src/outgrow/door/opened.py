"""Which opening stands behind the public door: a host's session, settings, or a source with a store of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Union

from outgrow.domain.days import Clock, local_day
from outgrow.domain.errors import UsageError
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.sources.contract import Source
from outgrow.sources.guarded import guarded
from outgrow.sources.null import NullSource
from outgrow.store.contract import Store

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from outgrow.sources.commerce.aggregator import StatsAggregator


class OpensDesks(Protocol):
    """What the door needs of what stands behind it."""

    def desk(self, as_of: date | None = None, *, projects: bool = True) -> "AbstractContextManager[Desk]":
        """The platform as it is stored and known on a day."""
        ...

    def source_desk(self, as_of: date | None = None) -> "AbstractContextManager[Desk]":
        """The platform as its source knows it."""
        ...

    def storing_desk(self) -> "AbstractContextManager[Desk]":
        """The same, to be captured or rebuilt."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


def opened(
    settings: Union[Path, str, "Session", None],
    platform: str | int | None,
    config: CapacityConfig | None,
    source: Source | None,
    *,
    aggregator: "StatsAggregator | None",
    clock: Clock,
    options: Mapping[str, object],
) -> OpensDesks:
    """What opens the desks; see `Outgrow`.

    Raises:
        UsageError: settings are of no kind that could be opened.
        ConfigurationError: they are missing or wrong.
    """
    if source is not None and platform is not None:
        raise UsageError("a source is of one platform", "leave `platform` out, or give the source of that one")
    source = None if source is None else guarded(source)
    if settings is None and source is not None and not options:
        from outgrow.store.memory import MemoryStore

        return Beside(source, MemoryStore(), config or CapacityConfig(), clock)
    if settings is None or isinstance(settings, (Path, str)):
        from outgrow.setup.settings import load_settings
        from outgrow.setup.workspace import Workspace

        asked = None if platform is None else str(platform)
        loaded = load_settings(None if settings is None else Path(settings), platform=asked, **options)
        return Workspace(loaded, clock, config, source)
    from sqlalchemy.orm import Session

    if not isinstance(settings, Session):
        raise UsageError(
            f"a platform cannot be opened by {type(settings).__name__}", "give a settings file or an SQLAlchemy Session"
        )
    if options:
        raise UsageError(f"a session needs no {', '.join(options)}", "settings by name go with a settings file")
    from outgrow.door.host import Host

    return Host(settings, platform, config or CapacityConfig(), clock, aggregator, source)


@dataclass(frozen=True, slots=True)
class OneDesk:
    """Every question is asked of one desk, which remembers what was read for those before."""

    asked: Desk

    def desk(self, as_of: date | None = None, *, projects: bool = True) -> "AbstractContextManager[Desk]":
        """The one.

        Raises:
            UsageError: it is of another day.
        """
        if as_of not in {None, self.asked.today}:
            raise UsageError(f"these questions are of {self.asked.today} together", f"ask that of {as_of} by itself")
        return nullcontext(self.asked if projects else self.asked.without_projects())

    def source_desk(self, as_of: date | None = None) -> "AbstractContextManager[Desk]":
        """The same: it opens the source when that is needed."""
        return self.desk(as_of)

    def storing_desk(self) -> "AbstractContextManager[Desk]":
        """None: what is asked together with it would rest on what was stored before.

        Raises:
            UsageError: always.
        """
        raise UsageError("what stores days is not asked together with other questions", "ask it before or after them")

    def close(self) -> None:
        """Whoever opened it closes it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A source with a store beside it."""

    source: Source
    store: Store
    config: CapacityConfig
    clock: Clock

    @contextmanager
    def desk(self, as_of: date | None = None, *, projects: bool = True) -> Iterator[Desk]:
        """The platform as it is stored up to a day, today by default."""
        now = self.clock()
        today = local_day(now, self.source.platform.zone)
        if as_of is not None and as_of > today:
            raise UsageError(f"{as_of} has not come yet", f"give {today} or an earlier day")
        desk = Desk(
            self.store,
            self.source.platform,
            as_of or today,
            now,
            lambda: self.source,
            self.config,
            captures=not isinstance(self.source, NullSource),
            is_past=as_of is not None and as_of < today,
            is_present=as_of is None,
        )
        with self.store.apart():
            yield desk if projects else desk.without_projects()

    def source_desk(self, as_of: date | None = None) -> "AbstractContextManager[Desk]":
        """The same, for the source is always there."""
        return self.desk(as_of)

    def storing_desk(self) -> "AbstractContextManager[Desk]":
        """The same."""
        return self.desk()

    def close(self) -> None:
        """Nothing was opened."""

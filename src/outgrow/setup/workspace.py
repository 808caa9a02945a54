"""The one place that wires rooms together: settings to open databases, sources, stores and desks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from outgrow.domain.address import presentable
from outgrow.domain.days import Clock, local_day, system_clock, time_zone
from outgrow.domain.diagnosis import Diagnosis
from outgrow.domain.errors import ConfigurationError, UnknownPlatformError, UsageError
from outgrow.domain.given import FileSeries
from outgrow.domain.platform import DEFAULT_PLATFORM, SourcePlatform
from outgrow.domain.resource import COMMERCE
from outgrow.domain.text import cleaned_key
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.setup.connections import database_errors, open_engine
from outgrow.setup.settings import Settings
from outgrow.sources.contract import Source
from outgrow.sources.null import NullSource
from outgrow.sources.registry import BUILT_IN, SourceRequest, make_source
from outgrow.store.contract import Store, StoredPlatform
from outgrow.store.database import DatabaseStore
from outgrow.store.schema import check_schema

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from outgrow.domain.history import History
    from outgrow.service.scenario_file import ScenarioFile


@dataclass
class Workspace:
    """What a command works in: `Opening` by settings. Engines are opened when first needed.

    Args:
        clock: gives the present instant.
        own_config: in the place of what the settings say of ladder, limits and policies.
        given: a source in the place of the one that they say.
    """

    settings: Settings
    clock: Clock = system_clock
    own_config: CapacityConfig | None = None
    given: Source | None = None

    @cached_property
    def config(self) -> CapacityConfig:
        """Ladder, limits and policies."""
        return self.own_config or self.settings.capacity_config()

    @property
    def shared(self) -> bool:
        """Whether our tables live in the platform's own database."""
        return self.settings.store_url in {None, self.settings.database_url}

    @property
    def source_url(self) -> str:
        """Address of the platform's database."""
        return _required(self.settings.database_url, "database_url")

    @property
    def store_url(self) -> str:
        """Address of our tables."""
        return _required(self.settings.our_url, "database_url" if self.settings.lies_beside else "store_url")

    @cached_property
    def store_engine(self) -> Engine:
        """Our tables."""
        return open_engine(self.store_url, "store_url" if self.settings.store_url else "database_url")

    @cached_property
    def source_engine(self) -> Engine:
        """The platform's database: where it is not ours too, it is opened for reading only."""
        ours = self.shared and self._kind != "sql"
        return self.store_engine if ours else open_engine(self.source_url, "database_url", read_only=True)

    def close(self) -> None:
        """Close the connections that were opened."""
        for name in {"store_engine", "source_engine"} & vars(self).keys():
            vars(self)[name].dispose()

    # desks

    @contextmanager
    def desk(self, as_of: date | None = None, *, projects: bool = True) -> Iterator[Desk]:
        """The platform as it is stored and known on a day; see `Opening.desk`."""
        with self._ours() as connection, ExitStack() as opened:
            store = DatabaseStore(connection, commits=True)
            platform = self.platform(connection, store)
            desk = self._desk(
                store, platform, as_of, lambda: self._source_at_hand(opened, platform), self._captures(connection)
            )
            yield desk if projects else desk.without_projects()

    @contextmanager
    def source_desk(self, as_of: date | None = None, *, stores: bool = True) -> Iterator[Desk]:
        """The platform as its source knows it; see `Opening.source_desk`."""
        if self.given is None and self._kind in BUILT_IN:
            self.source_url  # noqa: B018 - says what is missing where no source is named
        with ExitStack() as opened:
            if stores:
                connection = opened.enter_context(self._ours())
                store: Store = DatabaseStore(connection, commits=True)
                source = self._source(opened, connection if self.shared else None)
            else:
                from outgrow.store.memory import MemoryStore

                nobody = _known(StoredPlatform(DEFAULT_PLATFORM, None, self.settings.time_zone))
                store, source = MemoryStore(), self._source_at_hand(opened, nobody)
            yield self._desk(store, source.platform, as_of, lambda: source, captures=True)

    def storing_desk(self) -> AbstractContextManager[Desk]:
        """The same, to be captured or rebuilt."""
        return self.source_desk()

    def _desk(
        self,
        store: Store,
        platform: SourcePlatform,
        as_of: date | None,
        open_source: Callable[[], Source],
        captures: bool,
    ) -> Desk:
        now = self.clock()
        today = local_day(now, platform.zone)
        if as_of is not None and as_of > today:
            raise UsageError(f"{as_of} has not come yet", f"give --as-of {today} or an earlier day")
        return Desk(
            store,
            platform,
            as_of or today,
            now,
            open_source,
            self.config,
            captures=captures,
            own_resources=COMMERCE if self.given is None and self.settings.lies_beside else None,
            is_past=as_of is not None and as_of < today,
            is_present=as_of is None,
        )

    @contextmanager
    def _ours(self) -> Iterator[Connection]:
        """A connection to our tables, in a transaction that is committed at the end, or rolled back on an error.

        Raises:
            SchemaError: our tables are missing or of another version.
        """
        with database_errors(self.store_url), self.store_engine.connect() as connection:
            check_schema(connection)
            yield connection
            connection.commit()

    # sources

    @property
    def _kind(self) -> str:
        """The kind of the platform's source."""
        return self.settings.source_kind

    def _captures(self, ours: Connection) -> bool:
        """Whether there is a platform to capture: a source of its own, or its tables beside ours."""
        if self.given is not None:
            return True
        if self._kind == "commerce" and self.shared:
            from outgrow.sources.commerce.platforms import has_platforms

            return has_platforms(ours)
        return self._kind != "none"

    def _source_at_hand(self, opened: ExitStack, platform: SourcePlatform) -> Source:
        """The platform's source, or, where there is none, the one that only says so."""
        if self.given is not None:
            return self.given
        if self._kind == "none":
            return NullSource(platform)
        if self._kind == "commerce":
            from outgrow.sources.commerce.opening import source_at_hand

            session = self._reading(opened, None)
            return source_at_hand(session, self.settings.platform, clock=self.clock) or NullSource(platform)
        return self._source(opened, None)

    def _source(self, opened: ExitStack, ours: Connection | None) -> Source:
        """The platform's source, to be asked for its numbers.

        Args:
            ours: our connection, where the platform's tables are beside ours and are to be read in one transaction.
        """
        if self.given is not None:
            return self.given
        settings = self.settings
        zone = time_zone(settings.time_zone, "the setting time_zone")
        connection: object = None
        options: Mapping[str, object] = settings.source.options
        if self._kind == "commerce":
            connection = self._reading(opened, ours)
        elif self._kind == "sql":
            opened.enter_context(database_errors(self.source_url))
            connection, options = self.source_engine, {"declared": settings.declaration}
        request = SourceRequest(settings.platform, zone, settings.database_url, options, connection, self.clock)
        return make_source(self._kind, request)

    def _reading(self, opened: ExitStack, ours: Connection | None) -> "Session":
        """A session on the platform's database; rows that the role may not see are an error in it."""
        from sqlalchemy.orm import Session

        from outgrow.sources.commerce.reading import see_every_row

        if ours is not None:
            return opened.enter_context(Session(ours))
        opened.enter_context(database_errors(self.source_url))
        session = opened.enter_context(Session(self.source_engine))
        see_every_row(session)
        return session

    # platforms

    def platform(self, ours: Connection, store: Store) -> SourcePlatform:
        """Whose history is meant. The platform's own source is not needed where our tables are elsewhere."""
        asked = self.settings.platform
        if self.given is not None:
            return self.given.platform
        if self.shared and self._kind == "commerce":
            from outgrow.sources.commerce.platforms import find_platform, has_platforms

            if has_platforms(ours):
                return find_platform(ours, asked).known
        known = list(store.platforms())
        known += [
            StoredPlatform(code, None, self.settings.time_zone)
            for code in store.platform_codes()
            if code not in {platform.code for platform in known}
        ]
        for platform in known:
            if asked is None or {asked, cleaned_key(asked)} & {platform.code, platform.source_id}:
                return _known(platform)
        if asked is not None:
            raise UnknownPlatformError(asked, [platform.code for platform in known])
        return _known(StoredPlatform(DEFAULT_PLATFORM, None, self.settings.time_zone))

    # what is done beside the verbs

    def create_store(self) -> str:
        """Create our tables or bring them up to this version; gives what may be shown of their address."""
        from outgrow.setup.schema import create_schema

        engine = open_engine(self.store_url, "store_url", may_create=True)
        with database_errors(self.store_url):
            create_schema(engine, commerce=False)
        engine.dispose()
        return presentable(self.store_url)

    def fleet(self) -> tuple[Sequence["History"], date]:
        """Every history that is stored, of all platforms and scopes, and today."""
        with self._ours() as connection:
            return list(DatabaseStore(connection, commits=True).fleet()), self._today()

    def fleet_of(self, file: Path) -> tuple[Sequence["History"], date]:
        """The same from a file."""
        from outgrow.sources.files.fleetfile import read_fleet_file

        return read_fleet_file(file, self._today()), self._today()

    def read_file(self, file: Path, today: date, platform: str) -> Sequence[FileSeries]:
        """The series of a file that is to be imported."""
        from outgrow.sources.files.snapshotfile import read_snapshot_file

        return read_snapshot_file(file, today, platform)

    def scenarios(self, file: Path | None) -> "ScenarioFile":
        """The scenarios of a file; of the one that the settings name, or beside them, by default."""
        from outgrow.service.scenario_file import read_scenarios

        return read_scenarios(file or self.settings.scenarios_path, must_exist=file is not None)

    def examine(self) -> Sequence[Diagnosis]:
        """What is right and wrong with settings, connections, permissions, tables and snapshots."""
        from outgrow.setup.doctor import Examined, examine

        address = None if self.settings.our_url is None else self.store_url
        return examine(
            Examined(
                config=lambda: self.config,
                diagnose_source=self.diagnose_source,
                address=address,
                shared=self.shared,
                engine=lambda: self.store_engine,
                desk=self.desk,
                now=self.clock(),
            )
        )

    def diagnose_source(self) -> Sequence[Diagnosis]:
        """What is right and wrong with the platform's source; nothing where it has none."""
        if self._kind != "commerce":
            with ExitStack() as opened:
                return [] if self._kind == "none" else self._source(opened, None).diagnose()
        from outgrow.sources.commerce.aggregator import stats_aggregator
        from outgrow.sources.commerce.diagnosis import Examined, diagnose

        areas = [provider.area for provider in stats_aggregator.providers]
        address, asked = presentable(self.source_url), self.settings.platform
        return diagnose(Examined(self._looking, address, asked, self.clock(), areas))

    @contextmanager
    def _looking(self) -> Iterator["Session"]:
        from sqlalchemy.orm import Session

        with database_errors(self.source_url), Session(self.source_engine) as session:
            yield session

    def _today(self) -> date:
        return local_day(self.clock(), time_zone(self.settings.time_zone, "the setting time_zone"))


def _known(platform: StoredPlatform) -> SourcePlatform:
    zone = time_zone(platform.time_zone, f"platform '{platform.code}'")
    return SourcePlatform(platform.code, platform.code, zone, platform.source_id)


def _required(url: str | None, setting: str) -> str:
    if url is None and setting == "store_url":
        raise ConfigurationError(
            "store_url is not set: outgrow's own tables need a place beside the source",
            "give --store-url, set OUTGROW_STORE_URL, or write it into outgrow.toml, such as sqlite:///outgrow.db",
        )
    if url is None:
        raise ConfigurationError(
            f"{setting} is not set",
            "give --database-url, set OUTGROW_DATABASE_URL, or write it into outgrow.toml; or try `outgrow demo`; "
            "numbers without a platform's database come in by `outgrow import`",
        )
    return url

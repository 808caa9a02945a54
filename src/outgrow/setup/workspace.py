"""The one place that wires rooms together: settings to open databases, platforms and views."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from outgrow.domain.address import presentable
from outgrow.domain.days import Clock, local_day, system_clock, time_zone
from outgrow.domain.errors import ConfigurationError, UnknownPlatformError, UsageError
from outgrow.domain.platform import DEFAULT_PLATFORM
from outgrow.domain.text import cleaned_key
from outgrow.service.config import CapacityConfig
from outgrow.service.view import View
from outgrow.setup.connections import database_errors, open_engine
from outgrow.setup.schema import create_schema
from outgrow.setup.settings import Settings
from outgrow.sources.commerce.platforms import PlatformRef, find_platform, has_platforms
from outgrow.store.schema import check_schema
from outgrow.store.snapshots import StoredPlatform, remembered_platforms, stored_platforms

if TYPE_CHECKING:
    from outgrow.sources.commerce.aggregator import StatsAggregator


@dataclass(frozen=True, slots=True)
class Both:
    """A session on the platform's database and one on our tables: the same one where they share a database."""

    source: Session
    store: Session

    def keep(self) -> None:
        """Commit what was written to our tables so far, and go on."""
        self.store.commit()


@dataclass
class Workspace:
    """What a command works in. Engines are opened when first needed.

    Args:
        clock: gives the present instant.
    """

    settings: Settings
    clock: Clock = system_clock

    @cached_property
    def aggregator(self) -> "StatsAggregator":
        """The areas that captures and backfills count: imported by these alone, reading does without."""
        from outgrow.sources.commerce.aggregator import stats_aggregator

        return stats_aggregator

    @cached_property
    def config(self) -> CapacityConfig:
        """Ladder, limits and policies."""
        return self.settings.capacity_config()

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
        return _required(self.settings.our_url, "database_url")

    @cached_property
    def store_engine(self) -> Engine:
        """Our tables."""
        return open_engine(self.store_url, "store_url" if self.settings.store_url else "database_url")

    @cached_property
    def source_engine(self) -> Engine:
        """The platform's database: where it is not ours too, it is opened for reading only."""
        return self.store_engine if self.shared else open_engine(self.source_url, "database_url", read_only=True)

    def close(self) -> None:
        """Close the connections that were opened."""
        for name in {"store_engine", "source_engine"} & vars(self).keys():
            vars(self)[name].dispose()

    @contextmanager
    def store(self) -> Iterator[Session]:
        """A session on our tables, in a transaction that is committed at the end, or rolled back on an error.

        Raises:
            SchemaError: our tables are missing or of another version.
        """
        with database_errors(self.store_url), Session(self.store_engine) as session:
            check_schema(session.connection())
            yield session
            session.commit()

    def create_store(self) -> str:
        """Create our tables or bring them up to this version; gives what may be shown of their address."""
        engine = open_engine(self.store_url, "store_url", may_create=True)
        with database_errors(self.store_url):
            create_schema(engine, commerce=False)
        engine.dispose()
        return presentable(self.store_url)

    @contextmanager
    def source(self) -> Iterator[tuple[Session, PlatformRef] | None]:
        """The platform in its own database, for reading; None where that is not at hand or holds no platform."""
        if self.settings.database_url is None:
            yield None
            return
        with database_errors(self.source_url), self._reading() as source:
            here = has_platforms(source)
            yield (source, find_platform(source, self.settings.platform)) if here else None

    def has_source(self, store: Session) -> bool:
        """Whether there is a platform to capture: a database of its own, or its tables beside ours."""
        return self.settings.database_url is not None and (not self.shared or has_platforms(store))

    @contextmanager
    def both(self) -> Iterator[Both]:
        """Sessions on both databases; only ours is ever written."""
        with self.store() as store:
            if self.shared:
                yield Both(store, store)
                return
            with database_errors(self.source_url), self._reading() as source:
                yield Both(source, store)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        """A session on the platform's database, in which rows that the role may not see are an error."""
        from outgrow.sources.commerce.reading import see_every_row

        with Session(self.source_engine) as source:
            see_every_row(source)
            yield source

    @contextmanager
    def view(self, as_of: date | None = None, *, projects: bool = True) -> Iterator[View]:
        """The platform's stored history as of a day; today by default.

        Args:
            projects: whether committed ones are counted in.

        Raises:
            UsageError: the day has not come yet.
        """
        with self.store() as store:
            platform = self.platform(store)
            zone = time_zone(platform.time_zone, f"platform '{platform.code}'")
            today = local_day(self.clock(), zone)
            if as_of is not None and as_of > today:
                raise UsageError(f"{as_of} has not come yet", f"give --as-of {today} or an earlier day")
            is_past = as_of is not None and as_of < today
            view = View(
                store,
                platform.code,
                as_of or today,
                self.config,
                zone if is_past else None,
                has_source=self.has_source(store),
            )
            yield view if projects else view.without_projects()

    def platform(self, store: Session) -> StoredPlatform:
        """Whose history is meant. The platform's own database is not needed where our tables are elsewhere."""
        asked = self.settings.platform
        if self.shared and has_platforms(store):
            found = find_platform(store, asked)
            return StoredPlatform(found.code, str(found.id), found.zone.key)
        known = remembered_platforms(store)
        known += [
            StoredPlatform(code, None, self.settings.time_zone)
            for code in stored_platforms(store)
            if code not in {platform.code for platform in known}
        ]
        for platform in known:
            if asked is None or {asked, cleaned_key(asked)} & {platform.code, platform.source_id}:
                return platform
        if asked is not None:
            raise UnknownPlatformError(asked, [platform.code for platform in known])
        return StoredPlatform(DEFAULT_PLATFORM, None, self.settings.time_zone)


def _required(url: str | None, setting: str) -> str:
    if url is None:
        raise ConfigurationError(
            f"{setting} is not set",
            "give --database-url, set OUTGROW_DATABASE_URL, or write it into outgrow.toml; or try `outgrow demo`; "
            "numbers without a platform's database come in by `outgrow import`",
        )
    return url

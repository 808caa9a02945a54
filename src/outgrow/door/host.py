"""A host's own session as what opens its platform: everything happens in the host's transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, local_day, system_clock, time_zone
from outgrow.domain.errors import UnknownPlatformError, UsageError, quoted
from outgrow.domain.platform import DEFAULT_PLATFORM, SourcePlatform
from outgrow.domain.resource import COMMERCE
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.opening import source_at_hand
from outgrow.sources.commerce.platforms import PlatformRef, check_commerce
from outgrow.sources.commerce.source import CommerceSource
from outgrow.sources.contract import Source
from outgrow.sources.null import NullSource
from outgrow.store.contract import Store
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.schema import check_schema
from outgrow.store.waiting import waiting

FIRST_ID = 1
"""The platform whose rows are counted while the table of platforms is empty, as databases number their first row."""
LARGEST_ID = 2**63
"""What no key of a table reaches."""


@dataclass(frozen=True, slots=True)
class Host:
    """A session whose transaction is the host's: it is flushed, and never committed.

    Attributes:
        asked: which platform, by code or id; the first one by default.
        given: a source in the place of the commerce schema.
    """

    db: Session
    asked: str | int | None = None
    config: CapacityConfig = field(default_factory=CapacityConfig)
    clock: Clock = system_clock
    aggregator: StatsAggregator | None = None
    given: Source | None = None

    def store(self) -> Store:
        """Our tables, with what the host has added to the session.

        Raises:
            SchemaError: they are missing, of another version, or half-migrated.
            UsageError: the platform that is asked for can be none.
        """
        asked = self.asked
        if not (asked is None or isinstance(asked, str) or (isinstance(asked, int) and abs(asked) < LARGEST_ID)):
            raise UsageError(f"there is no platform {quoted(asked)}", "give its code, a text, or its id, a number")
        connection = self.db.connection(bind_arguments={"mapper": CapacitySnapshot.__mapper__})
        check_schema(connection)
        self.db.flush()
        return DatabaseStore(connection, commits=False)

    def source(self) -> Source | None:
        """The platform where it lives: in the commerce schema by default, None where there is none, or no platform.

        Raises:
            UnknownPlatformError: there are platforms, and none of this code or id.
        """
        return self.given or source_at_hand(self.db, self.asked, self.aggregator, self.clock)

    def platform(self, store: Store) -> SourcePlatform:
        """Whose numbers a host hands over: the asked for, the first stored, or `main`."""
        code = str(self.asked) if self.asked is not None else next(iter(store.platform_codes()), DEFAULT_PLATFORM)
        kept = {platform.code: platform.time_zone for platform in store.platforms()}
        return SourcePlatform(code, code, time_zone(kept.get(code, "UTC"), f"platform '{code}'"))

    @contextmanager
    def desk(self, as_of: date | None = None, *, projects: bool = True) -> Iterator[Desk]:
        """The platform as it is stored up to a day: of the commerce schema, or else what the host hands over."""
        store = self.store()
        source: Source = self.source() or NullSource(self.platform(store))
        desk = self._desk(store, source, as_of)
        yield desk if projects else desk.without_projects()

    @contextmanager
    def source_desk(self, as_of: date | None = None) -> Iterator[Desk]:
        """The same, to be captured.

        While the commerce schema has no platform yet, the rows of the platform with the id 1 are counted, of which
        there may be none, for the platform that is stored first or `main`.

        Raises:
            SchemaError: there is no commerce schema to count.
            UnknownPlatformError: it has no such platform.
        """
        with waiting():
            store = self.store()
            source = self.source() or self._to_be(store)
        yield self._desk(store, source, as_of)

    def storing_desk(self) -> AbstractContextManager[Desk]:
        """The same."""
        return self.source_desk()

    def _to_be(self, store: Store) -> CommerceSource:
        check_commerce(self.db)
        if self.asked is not None:
            raise UnknownPlatformError(str(self.asked), [])
        platform = self.platform(store)
        ref = PlatformRef(FIRST_ID, platform.code, platform.code, platform.zone)
        return CommerceSource(self.db, ref, self.aggregator, self.clock)

    def close(self) -> None:
        """The session is the host's to close."""

    def _desk(self, store: Store, source: Source, as_of: date | None) -> Desk:
        now = self.clock()
        today = local_day(now, source.platform.zone)
        if as_of is not None and as_of > today:
            raise UsageError(f"{as_of} has not come yet", f"give {today} or an earlier day")
        return Desk(
            store,
            source.platform,
            as_of or today,
            now,
            lambda: source,
            self.config,
            captures=not isinstance(source, NullSource),
            own_resources=None if self.given else COMMERCE,
            is_past=as_of is not None and as_of < today,
            is_present=as_of is None,
        )

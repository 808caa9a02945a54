"""Draws the demo platform and writes it into an empty commerce schema."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, insert, inspect, select

from outgrow.domain.address import presentable
from outgrow.domain.days import time_zone
from outgrow.domain.errors import DataError, SchemaError, UsageError
from outgrow.sources.commerce.demo.columns import plan_rows, tables
from outgrow.sources.commerce.demo.load import advance_ids, load
from outgrow.sources.commerce.demo.world import World, draw_world
from outgrow.sources.commerce.models import Platform, SubscriptionTier

CODE, NAME, ZONE = "demo", "Demo platform (synthetic)", "Europe/Berlin"
PLATFORM_ID = 1


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was written.

    Attributes:
        platform: the platform's code.
        since, until: the first and the last day on which anything happens; the last one is told until its evening.
        rows: number of rows by table.
        near_limit: names of the merchants who use most of their plan's products limit.
    """

    platform: str
    since: date
    until: date
    rows: Mapping[str, int]
    near_limit: tuple[str, ...]


def build_demo(target: Connection | Engine, today: date, seed: int = 7, *, scale: float = 1.0) -> DemoReport:
    """Fill an empty commerce schema with the demo platform: all of it, or nothing.

    The platform is two years old on `today` and told until half past eleven in the evening of that day, in its own time
    zone: it is made up, so that its newest day may be whole while the real one still runs. The same day and seed give
    the same rows.

    Args:
        target: an engine or a connection to the platform's database. A transaction that is already open on the
            connection is used, and left to the caller to commit.
        today: the day on which the platform stands, local to Berlin.
        seed: another one gives another platform of the same character.
        scale: share of the orders and media files to write; small ones make quick tests.

    Raises:
        UsageError: the scale is not above zero.
        SchemaError: the commerce tables are missing.
        DataError: there is a platform already.
    """
    if not scale > 0:
        raise UsageError(f"the scale {scale!r} of the demo platform is not above zero", "leave it out, or give 0.1")
    with _transaction(target) as connection:
        _see_that_it_is_empty(connection)
        world = draw_world(today, time_zone(ZONE, "the demo platform"), seed, scale)
        rows = _write(connection, world)
        advance_ids(connection, rows)
    near = tuple(sorted(world.names[i] for i in world.near_limit))
    return DemoReport(CODE, world.clock.first_day, today, rows, near)


@contextmanager
def _transaction(target: Connection | Engine) -> Iterator[Connection]:
    if isinstance(target, Engine):
        with target.begin() as connection:
            yield connection
    elif target.in_transaction():
        yield target
    else:
        with target.begin():
            yield target


def _see_that_it_is_empty(connection: Connection) -> None:
    where = presentable(connection.engine.url.render_as_string(hide_password=False))
    if not inspect(connection).has_table(Platform.__tablename__):
        raise SchemaError(
            f"there are no commerce tables in {where}",
            "make them first, with outgrow.create_schema(engine, commerce=True)",
        )
    found = connection.scalar(select(Platform.code).order_by(Platform.id).limit(1))
    if found is not None:
        raise DataError(
            f"{where} already holds the platform '{found}', and the demo platform is only written into an empty schema",
            "name another database, or remove this one if it is an old demo",
        )


def _write(connection: Connection, world: World) -> dict[str, int]:
    """Write all tables; the number of rows by table."""
    opened = world.clock.starts[0].item()
    connection.execute(
        insert(Platform), [{"id": PLATFORM_ID, "code": CODE, "name": NAME, "time_zone": ZONE, "created_at": opened}]
    )
    plans = [{"platform_id": PLATFORM_ID, **row} for row in plan_rows()]
    connection.execute(insert(SubscriptionTier), plans)
    rows = {Platform.__tablename__: 1, SubscriptionTier.__tablename__: len(plans)}
    for model, columns in tables(world).items():
        rows[model.__tablename__] = load(connection, model, {"platform_id": PLATFORM_ID, **columns})
    return rows

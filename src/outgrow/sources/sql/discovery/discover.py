"""A look at a database that was never seen before: what may be counted in it, told without reading it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from outgrow.domain.address import presentable
from outgrow.domain.discovery import Discovery, ProposedMetric
from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.discovery.beginnings import beginning
from outgrow.sources.sql.discovery.catalogue import Catalogue, Table, read_catalogue
from outgrow.sources.sql.discovery.families import SCHEMAS_OF_TENANTS, Family, family
from outgrow.sources.sql.discovery.growth import Growth, growth
from outgrow.sources.sql.discovery.proposals import (
    MOST_METRICS,
    Candidate,
    as_name,
    is_link,
    marked,
    names_of,
    nouns_of,
    propose,
)
from outgrow.sources.sql.discovery.samples import Sample, sample
from outgrow.sources.sql.discovery.writing import Writer, example, told

NEARLY = 0.1
"""Share of a key from which on it is worth a look every day."""
LARGEST = 2**62
"""What a key holds that never runs out."""
MOST_SAMPLED = 400
"""Tables of which rows are looked at: those that others refer to and those with many rows first."""


def discover(engine: Engine, database: Database, url: str, now: datetime, zone: ZoneInfo) -> Discovery:
    """What may be counted.

    Args:
        url: as it is set.
        zone: of the platform's days.
    """
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)
    samples = _samples(engine, database, catalogue)
    with engine.connect() as connection:  # not held in between: whoever changes a table may wait for it
        schemas = family(connection, catalogue, samples)
    read = sum(len(each) for each in samples.values())
    found = propose(catalogue, samples, now)
    proposed, tenant = found.metrics, found.tenant
    if schemas is not None:
        tenant = schemas.register
        members = _samples(engine, database, schemas.catalogue)
        read += sum(len(each) for each in members.values())
        proposed = _with_family(proposed, propose(schemas.catalogue, members, now).metrics, schemas)
    scope = None if tenant is None else as_name(nouns_of(catalogue.tables)[tenant.name])
    writer = Writer(engine.dialect, tenant, scope)
    metrics = []
    for each, name in zip(proposed, names_of(proposed), strict=True):
        alone = each.table.schema is None  # one member says nothing of all of them
        grown = growth(database, engine.dialect, each, samples[each.table.name], now) if alone else None
        read += 0 if grown is None else grown.read
        metrics.append(_proposed(each, name, grown, writer))
    head = _head(url, zone)
    if tenant is not None:
        head += "\n" + writer.scope(
            beginning(tenant, samples[tenant.name], now), None if schemas is None else schemas.column
        )
    return Discovery(
        presentable(url),
        len(catalogue.tables),
        read,
        None if tenant is None else tenant.name,
        tuple(table.name for table in found.rivals),
        tuple(metrics),
        head,
        tail=_fullest(catalogue, samples, writer) + example(_by_tenant_first(metrics), scope),
        notes=tuple(_notes(catalogue, samples, [] if schemas is None else schemas.names)),
    )


def _samples(engine: Engine, database: Database, catalogue: Catalogue) -> Mapping[str, Sample]:
    """Some rows of the tables that are worth a look."""
    return {table.name: sample(database, table, engine.dialect) for table in _worth_a_look(catalogue)}


def _with_family(proposed: Sequence[Candidate], members: Sequence[Candidate], schemas: Family) -> Sequence[Candidate]:
    """What is the platform's own, with what each tenant has in a schema of its own, the best of both."""
    own = [replace(each, path=None) for each in members]
    again = {each.table.name for each in own}  # a table of every tenant, and once more of the platform's
    of_tenants = f"{marked(schemas.column)} IN ({SCHEMAS_OF_TENANTS})"
    others = [
        replace(each, wheres=(*each.wheres, of_tenants)) if each.table.name == schemas.register.name else each
        for each in proposed
        if each.table.name not in again
    ]
    return sorted((*others, *own), key=lambda each: -each.score)[:MOST_METRICS]


def _worth_a_look(catalogue: Catalogue) -> list[Table]:
    tables = [table for table in catalogue.tables.values() if not is_link(table)]
    return sorted(
        tables, key=lambda table: (-len(catalogue.referring[table.name]), -(table.rows or 0), table.name)
    )[:MOST_SAMPLED]  # fmt: skip


def _proposed(each: Candidate, name: str, grown: Growth | None, writer: Writer) -> ProposedMetric:
    counts = () if grown is None else grown.counts
    monthly = tuple(after - before for before, after in pairwise(counts))
    today = change = None
    if counts:
        today = monthly[-1] if each.flow else counts[-1]
        change = monthly[-1] - monthly[-2] if each.flow else monthly[-1]
    return ProposedMetric(
        name,
        name.replace("_", " ").capitalize(),
        "flow" if each.flow else "level",
        each.table.name,
        today,
        change,
        monthly if each.flow else counts,
        grown is not None and grown.exact,
        tuple(each.evidence),
        writer.metric(each, name),
    )


def _head(url: str, zone: ZoneInfo) -> str:
    return "\n".join(
        (
            "# Proposed by `outgrow init`: what stands here is yours to change; docs/reference/sql.md tells how.",
            "",
            f"database_url = {told(url)}",
            'store_url = "sqlite:///outgrow.db"',
            f"time_zone = {told(zone.key)}",
            "",
        )
    )


def _by_tenant_first(metrics: Sequence[ProposedMetric]) -> Sequence[str]:
    """Names of levels, those first of which it is told whose they are."""
    levels = [each for each in metrics if each.kind == "level"]
    return [each.name for each in sorted(levels, key=lambda each: "\nby = " not in each.settings)]


def _fullest(catalogue: Catalogue, samples: Mapping[str, Sample], writer: Writer) -> str:
    """The whole-numbered key that runs out first; nothing where there is none."""
    found = []
    for name, rows in samples.items():
        key = catalogue.tables[name].whole_key
        last = rows.rows[-1][key.name] if key is not None and len(rows) else None
        if key is not None and isinstance(last, int) and last > 0 and key.most < LARGEST:
            found.append((last / key.most, name, last))
    share, name, last = max(found, default=(0.0, "", 0))
    if share < NEARLY:
        return ""
    return writer.key(catalogue.tables[name], nouns_of(catalogue.tables)[name], last)


def _notes(catalogue: Catalogue, samples: Mapping[str, Sample], own: Sequence[str]) -> list[str]:
    notes = []
    others = [name for name in catalogue.others if name not in own]
    if own:
        notes.append(f"{len(own)} schemas are one tenant's each, and made alike: {', '.join(own[:4])}, …")
    if others:
        notes.append(f"{len(others)} other schemas were not looked at: {', '.join(others[:4])}")
    unread = sorted(name for name, each in samples.items() if not each.readable)
    if unread:
        notes.append(f"could not be read, for want of the right to or for another reason: {', '.join(unread[:8])}")
    return notes

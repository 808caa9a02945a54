"""What a person would choose to count in a database, ranked: tenants, metrics, and keys that run out."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import log10

from outgrow.domain.metric import ALIASES, BUILT_IN, Kind
from outgrow.sources.sql.discovery.beginnings import Moment, beginning, ending, last_change
from outgrow.sources.sql.discovery.catalogue import Catalogue, Holds, Reference, Table
from outgrow.sources.sql.discovery.samples import Sample
from outgrow.sources.sql.discovery.words import (
    COUNTED,
    HAPPENING,
    ORDERS,
    PLUMBING,
    TENANTS,
    TESTS,
    parts,
    plural,
    singular,
)

MOST_METRICS = 10
LEAST_SCORE, WORTH_A_NUMBER = 5.0, 6.5
ENTITY = 2
"""So many tables that refer to one make it a thing of its own, whatever it is called."""
MOST_HOPS = 3
"""References between a row and its tenant."""
FEWEST_TENANTS = 3
GONE, MOST_STATES = {"deleted", "removed"}, 12
"""States of a row that is not there any more, among so many."""
SHARED = 3
"""Tables whose names begin alike."""
MARKED = re.compile("\x00(.*?)\x00", re.DOTALL)
"""A name of a column within a condition of ours, which is yet to be quoted."""
LONGEST_NAME = 64
PEOPLE = {"user", "customer", "person", "member", "contact", "author", "employee"}
MOST_WAYS = 40
"""Ways that are followed further."""
TIED = 2
"""References that make a table a tie between others."""


@dataclass(frozen=True, slots=True)
class Path:
    """How a table's rows lead to their tenant, by references that each row has one of."""

    steps: tuple[tuple[str, Reference], ...]


@dataclass(frozen=True)
class Candidate:
    """A table that may be counted.

    Attributes:
        noun: what one row is called.
        traces: tables whose rows tell since when there is one, where it does not say so itself.
    """

    table: Table
    noun: str
    score: float
    flow: bool
    begun: Moment | None
    ended: Moment | None
    wheres: Sequence[str]
    evidence: Sequence[str]
    traces: Sequence[tuple[Table, Reference, Moment]] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Proposals:
    """What to count.

    Attributes:
        tenant: the table of tenants; None where none is plain to see.
        rivals: other tables that tenants may be in, the likeliest first.
    """

    metrics: Sequence[Candidate]
    tenant: Table | None
    rivals: Sequence[Table]
    notes: Sequence[str] = field(default_factory=tuple)


def marked(column: str) -> str:
    """A column's name, to be found again within a condition."""
    return f"\x00{column}\x00"


def nouns_of(tables: Collection[str]) -> Mapping[str, str]:
    """What one row of each table is called.

    What several names begin with, such as an application's, says nothing of any of them and is left out, unless that
    is a table itself, as with orders and order lines, or two tables would be called the same.
    """
    heads = Counter(name.partition("_")[0] for name in tables if "_" in name)
    alone = {each.lower() for name in tables for each in (name, singular(name.lower()))}
    short = {
        name: name.partition("_")[2]
        for name in tables
        if heads[name.partition("_")[0]] >= SHARED and name.partition("_")[0].lower() not in alone
    }
    twice = {own for own, many in Counter(short.values()).items() if many > 1} | {*tables}
    return {name: _noun(short[name] if name in short and short[name] not in twice else name) for name in tables}


def _noun(name: str) -> str:
    words = parts(name) or (name,)
    if len(words) > 1 and singular(words[0]) == singular(words[1]):
        words = words[1:]
    return "_".join((*words[:-1], singular(words[-1])))


def is_link(table: Table) -> bool:
    """Whether a table only ties rows of others together."""
    tied = {reference.column for reference in table.references}
    rest = [column for column in table.columns if column.name not in tied and column.name not in table.key]
    own = [column for column in rest if column.holds is not Holds.TIME and parts(column.name)[-1:] != ("id",)]
    return len(tied) >= TIED and not own


def propose(catalogue: Catalogue, samples: Mapping[str, Sample], now: datetime) -> Proposals:
    """The best of what there is.

    Args:
        samples: of the tables that were looked at, by name.
    """
    nouns = nouns_of(catalogue.tables)
    candidates = [
        found
        for table in catalogue.tables.values()
        if table.name in samples
        and (
            found := _candidate(catalogue, table, samples.get(table.name, Sample(whole=False)), nouns[table.name], now)
        )
        is not None
    ]
    candidates = [_traced(catalogue, each, samples, now) for each in candidates]
    dated = [each for each in candidates if each.begun is not None or each.traces]
    # What never says since when it is there has today's number alone: it comes last, and has to be worth that.
    undated = [
        replace(each, flow=False)
        for each in candidates
        if each.begun is None and not each.traces and each.score >= WORTH_A_NUMBER and each.table.schema is None
    ]
    tenants = _tenants(catalogue, candidates, samples)
    tenant = tenants[0] if tenants else None
    ranked = [each for some in (dated, undated) for each in sorted(some, key=lambda each: -each.score)]
    chosen = [each for each in ranked if each.score >= LEAST_SCORE][:MOST_METRICS]
    if tenant is not None:
        chosen = [_with_path(catalogue, each, tenant, samples) for each in chosen]
    return Proposals(chosen, tenant, tenants[1:4])


def _candidate(catalogue: Catalogue, table: Table, sample: Sample, noun: str, now: datetime) -> Candidate | None:
    """A table that may be worth counting; None of plumbing."""
    words = [singular(word) for word in noun.split("_")]
    if is_link(table) or not table.columns or not sample.readable:
        return None
    referring = [each for each, _ in catalogue.referring[table.name] if each.name != table.name]
    rows = rows_of(table, sample)
    if rows == 0:
        return None
    score, evidence = 0.0, []
    if words[-1] in COUNTED:
        score += 4
        evidence.append(f"`{words[-1]}` is what people count")
    if len(referring) >= ENTITY:
        score += 2 + min(len(referring), 6) / 2
        evidence.append(f"{len(referring)} tables refer to it")
    plumbing = [word for word in parts(noun) if word in PLUMBING or singular(word) in PLUMBING]
    score -= 5 * bool(plumbing) * (1 if len(referring) < 2 * ENTITY else 0.5)
    score -= 0.5 * max(0, len(words) - 2)
    if rows is not None and rows < FEWEST_TENANTS:
        score -= 3
    if rows is not None:
        score += min(log10(rows + 1), 5) / 1.5
    begun = beginning(table, sample, now)
    if begun is not None:
        score += 1.5
        evidence.append(begun.evidence)
    happening = words[-1] in HAPPENING
    ended = ending(table, sample, begun) if begun is not None and not happening else None
    wheres = _conditions(table, words, flow=happening)
    gone = _gone(table, sample) if ended is None and not happening else None
    if gone is not None:
        changed = last_change(table, sample)
        if changed is not None and begun is not None and changed.unit == begun.unit:
            ended = replace(changed, when=gone)
            evidence.append("what is marked as deleted is taken to have ended with its last change")
        else:
            wheres = [*wheres, f"NOT coalesce({gone}, false)"]
    return Candidate(table, noun, score, happening, begun, ended, wheres, evidence)


def rows_of(table: Table, sample: Sample) -> int | None:
    """How many rows a table has, or about so many; None where nobody knows."""
    if sample.whole:
        return len(sample)
    return max(table.rows, len(sample)) if table.rows is not None else (len(sample) or None)


def _conditions(table: Table, words: Sequence[str], *, flow: bool) -> list[str]:
    """Which rows of what happens are left out, as conditions on names that are marked."""
    found = []
    if flow and any(word in ORDERS for word in words):
        found += [f"{marked(each.column)} IS NULL" for each in table.references if each.table == table.name]
    for column in table.columns:
        if column.holds is Holds.FLAG and flow and {*parts(column.name), column.name.lower()} & TESTS:
            found.append(f"({marked(column.name)} IS NULL OR NOT {marked(column.name)})")
    return found


def _gone(table: Table, sample: Sample) -> str | None:
    """A condition on the rows that are marked as deleted, by a flag or by a state; None where none can be."""
    for column in table.columns:
        if column.holds is Holds.FLAG and GONE & {*parts(column.name)}:
            return f"{marked(column.name)} IS NOT NULL AND {marked(column.name)}"
        if column.holds is Holds.TEXT:
            values = {value for value in sample.values(column.name) if isinstance(value, str)}
            gone = [value for value in values if value.lower() in GONE]
            if len(gone) == 1 and len(values) <= MOST_STATES:
                return f"{marked(column.name)} = '{gone[0]}'"
    return None


def _traced(catalogue: Catalogue, each: Candidate, samples: Mapping[str, Sample], now: datetime) -> Candidate:
    """The same of what does not say when it began: the earliest of what refers to it does."""
    if each.begun is not None or len(each.table.key) != 1:
        return each
    traces = []
    for table, reference in catalogue.referring[each.table.name]:
        moment = beginning(table, samples.get(table.name, Sample(whole=False)), now)
        if moment is not None and table.name != each.table.name:
            traces.append((table, reference, moment))
    if not traces:
        return each
    named = ", ".join(table.name for table, _, _ in traces[:4])
    evidence = [*each.evidence, f"has no time of its own: told by the earliest of {named}"]
    return Candidate(
        each.table, each.noun, each.score, False, None, None, each.wheres, evidence, tuple(traces), each.path
    )


def _tenants(catalogue: Catalogue, candidates: Sequence[Candidate], samples: Mapping[str, Sample]) -> list[Table]:
    """The tables that tenants may be in, the likeliest first."""
    sizes = [rows_of(each.table, samples.get(each.table.name, Sample(whole=False))) or 0 for each in candidates]
    largest, scored = max(sizes, default=0), []
    for each, rows in zip(candidates, sizes, strict=True):
        words = each.noun.split("_")
        score = float(TENANTS.get(words[-1], 0)) - 2 * (len(words) - 1)
        below = sum(_path(catalogue, other.table, each.table, samples) is not None for other in candidates)
        if score <= 0 or below < ENTITY or rows < FEWEST_TENANTS or rows >= largest or len(each.table.key) != 1:
            continue
        led = len(catalogue.referring[each.table.name])
        scored.append((score + min(below, 10) / 2 + min(led, 12) / 2, each.table))
    return [table for _, table in sorted(scored, key=lambda pair: -pair[0])]


def _with_path(catalogue: Catalogue, each: Candidate, tenant: Table, samples: Mapping[str, Sample]) -> Candidate:
    path = None if each.table.name == tenant.name else _path(catalogue, each.table, tenant, samples)
    return Candidate(
        each.table,
        each.noun,
        each.score,
        each.flow,
        each.begun,
        each.ended,
        each.wheres,
        each.evidence,
        each.traces,
        path,
    )


def _path(catalogue: Catalogue, table: Table, tenant: Table, samples: Mapping[str, Sample]) -> Path | None:
    """The way from a table's rows to their tenant that loses the fewest of them, and of these the shortest."""
    found: list[tuple[float, tuple[tuple[str, Reference], ...]]] = []
    ways: list[tuple[float, tuple[tuple[str, Reference], ...]]] = [(0.0, ())]
    for _ in range(MOST_HOPS):
        longer = []
        for cost, way in ways:
            here = way[-1][1].table if way else table.name
            been = {table.name, *(reference.table for _, reference in way)}
            for reference in catalogue.tables[here].references:
                step = (cost + _cost(catalogue.tables[here], reference, samples), (*way, (here, reference)))
                if reference.table == tenant.name:
                    found.append(step)
                elif reference.table in catalogue.tables and reference.table not in been:
                    longer.append(step)
        ways = sorted(longer, key=lambda each: each[0])[:MOST_WAYS]
    return Path(min(found, key=lambda each: each[0])[1]) if found else None


def _cost(table: Table, reference: Reference, samples: Mapping[str, Sample]) -> float:
    """How little a reference says of whose a row is.

    By how often it is empty, then by leading to whoever did something, who may be somebody else's, and by being told by
    names alone.
    """
    rows = samples.get(table.name, Sample())
    values = rows.values(reference.column) if len(rows) and reference.column in rows.rows[0] else []
    empty = sum(value is None for value in values) / len(values) if values else 0.0
    column = table.by_name.get(reference.column)
    said = column is not None and not column.nullable
    person = singular(parts(reference.table)[-1]) in PEOPLE if parts(reference.table) else False
    return 1 + 20 * empty + reference.implied + 3 * person + 0.5 * (not said)


def title(noun: str) -> str:
    """Many of them, as a metric's name."""
    *first, last = noun.split("_")
    return as_name("_".join((*first, plural(last))))


def as_name(told: str) -> str:
    """A name as metrics and scopes have to be called: small letters, digits and `_`, a letter first."""
    name = re.sub("[^a-z0-9]+", "_", told.lower()).strip("_")
    return (name if name[:1].isalpha() else f"t_{name}")[:LONGEST_NAME].rstrip("_")


def names_of(chosen: Sequence[Candidate]) -> Sequence[str]:
    """What each is called as a metric: no two alike, and none by the name of something else that outgrow brings."""
    names: list[str] = []
    for each in chosen:
        name = title(each.noun)
        known = BUILT_IN.get(ALIASES.get(name, name))
        if known is not None and known.month_total_of is not None and each.flow:
            name = known.month_total_of
        elif known is not None and (known.kind is Kind.FLOW) != each.flow:
            name = as_name(f"{each.table.name}_rows")
        if name in names:
            name = as_name(f"own_{name}" if each.table.schema is not None else f"{each.table.name}_{name}")
        while name in names:
            name = f"{name[: LONGEST_NAME - 2]}_{len(names)}"
        names.append(name)
    return names

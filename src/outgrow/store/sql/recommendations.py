"""Keeps the lives of recommendations, a row for each, from the day on which it was first opened."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import RecommendationState, TrackedRecommendation
from outgrow.store.dialects.dialect import dialect_of
from outgrow.store.sql.codec import decoded, encoded
from outgrow.store.tables import RECOMMENDATIONS


def claim_recommendations(connection: Connection, platform: str) -> None:
    """Called before lives are read that are to be written: what was read would else be of before another's change.

    See `Store.claim_recommendations`.
    """
    dialect_of(connection).claim_recommendations(connection, platform)


def read(connection: Connection, platform: str, until: date | None = None) -> dict[str, TrackedRecommendation]:
    """The lives by key; up to a day, those that were not looked at or changed after it, for the others tell of later.

    In the order in which they were opened.
    """
    table = RECOMMENDATIONS.c
    query = select(RECOMMENDATIONS).where(table.platform == platform)
    if until is not None:
        query = query.where(table.looked_on <= until, table.changed_on <= until)
    return {row.key: _life(row) for row in connection.execute(query.order_by(table.opened_on, table.key))}


def write_recommendations(connection: Connection, platform: str, kept: Iterable[TrackedRecommendation]) -> None:
    """Keep lives, each in the place of the former one of its key. They have to be claimed before."""
    rows = [_row(platform, tracked) for tracked in kept]
    if rows:
        keys = [row["key"] for row in rows]
        former = dialect_of(connection).among(RECOMMENDATIONS.c.key, keys)
        connection.execute(delete(RECOMMENDATIONS).where(RECOMMENDATIONS.c.platform == platform, former))
        connection.execute(insert(RECOMMENDATIONS), rows)


def _row(platform: str, tracked: TrackedRecommendation) -> dict[str, Any]:
    return {
        "platform": platform,
        "key": tracked.key,
        "basis": tracked.basis,
        "state": tracked.state.value,
        "severity": tracked.severity.word,
        "opened_on": tracked.opened_on,
        "changed_on": tracked.changed_on,
        "seen_on": tracked.seen_on,
        "looked_on": tracked.looked_on,
        "quiet_since": tracked.quiet_since,
        "quiet_severity": tracked.quiet_severity.word,
        "snoozed_until": tracked.snoozed_until,
        "document": encoded(tracked.said),
    }


def _life(row: Any) -> TrackedRecommendation:  # noqa: ANN401 - a row has no type of its own
    return TrackedRecommendation(
        said=decoded(row.document),
        basis=row.basis,
        state=RecommendationState(row.state),
        severity=Severity[row.severity.upper()],
        opened_on=row.opened_on,
        changed_on=row.changed_on,
        seen_on=row.seen_on,
        looked_on=row.looked_on,
        quiet_since=row.quiet_since,
        quiet_severity=Severity[row.quiet_severity.upper()],
        snoozed_until=row.snoozed_until,
    )

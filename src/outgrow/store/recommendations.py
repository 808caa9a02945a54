"""Keeps the lives of recommendations, a row for each, from the day on which it was first opened."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, delete, false, func, insert, select, update
from sqlalchemy.orm import Session

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Life, LifeState, Recommendation
from outgrow.store.tables import RecommendationRow

RECOMMENDATIONS = cast("Table", RecommendationRow.__table__)
_LOCK = 7_236_515
"""First key of the advisory lock under which PostgreSQL lets one writer of a platform's lives work at a time."""


def claim_lives(session: Session, platform: str) -> None:
    """Wait for whoever is just writing lives of the platform, and keep others waiting until the transaction ends.

    Called before lives are read that are to be written: what was read would else be of before the other's change.
    """
    if session.get_bind(RecommendationRow).dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(platform))))
    else:  # SQLite has one lock for all, and any write takes it
        session.execute(update(RECOMMENDATIONS).where(false()).values(state=LifeState.OPEN.value))


def read_lives(session: Session, platform: str, until: date | None = None) -> dict[str, Life]:
    """The lives by key; up to a day, those that were not looked at or changed after it, for the others tell of later.

    In the order in which they were opened.
    """
    table = RECOMMENDATIONS.c
    query = select(RECOMMENDATIONS).where(table.platform == platform)
    if until is not None:
        query = query.where(table.looked_on <= until, table.changed_on <= until)
    return {row.key: _life(row) for row in session.execute(query.order_by(table.opened_on, table.key))}


def write_lives(session: Session, platform: str, lives: Iterable[Life]) -> None:
    """Keep lives, each in the place of the former one of its key. They have to be claimed before."""
    rows = [_row(platform, life) for life in lives]
    if rows:
        keys = [row["key"] for row in rows]
        session.execute(
            delete(RECOMMENDATIONS).where(RECOMMENDATIONS.c.platform == platform, RECOMMENDATIONS.c.key.in_(keys))
        )
        session.execute(insert(RECOMMENDATIONS), rows)


def _row(platform: str, life: Life) -> dict[str, Any]:
    return {
        "platform": platform,
        "key": life.key,
        "basis": life.basis,
        "state": life.state.value,
        "severity": life.severity.word,
        "opened_on": life.opened_on,
        "changed_on": life.changed_on,
        "seen_on": life.seen_on,
        "looked_on": life.looked_on,
        "quiet_since": life.quiet_since,
        "quiet_severity": life.quiet_severity.word,
        "snoozed_until": life.snoozed_until,
        "document": life.said.to_document(),
    }


def _life(row: Any) -> Life:  # noqa: ANN401 - a row has no type of its own
    return Life(
        said=Recommendation.from_document(row.document),
        basis=row.basis,
        state=LifeState(row.state),
        severity=Severity[row.severity.upper()],
        opened_on=row.opened_on,
        changed_on=row.changed_on,
        seen_on=row.seen_on,
        looked_on=row.looked_on,
        quiet_since=row.quiet_since,
        quiet_severity=Severity[row.quiet_severity.upper()],
        snoozed_until=row.snoozed_until,
    )

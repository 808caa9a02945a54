"""Small pieces of SQL that say the same thing wherever they stand."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, or_


def alive_at(
    began: SQLColumnExpression[Any], ended: SQLColumnExpression[Any], end: datetime | None
) -> list[ColumnElement[bool]]:
    """SQL for what had begun before an instant and not ended before it; None: what has not ended."""
    return [ended.is_(None)] if end is None else [began < end, or_(ended.is_(None), ended >= end)]


def earlier(a: SQLColumnExpression[Any], b: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """SQL for the earlier of two instants of which each may be NULL."""
    return case((a.is_(None), b), (b.is_(None), a), (a < b, a), else_=b)

"""SQL around the expressions that a user wrote, which are sent as they are."""

from collections.abc import Sequence

from outgrow.sources.sql.tally import Counting, Pass


def closed(sql: str) -> str:
    """An expression or a query in parentheses; the line end closes a comment that it may end with."""
    return f"({sql.strip().rstrip(';').rstrip()}\n)"


def some_rows(query: str, most: str | int) -> str:
    """The first rows of a query."""
    return f"SELECT * FROM {closed(query)} AS og_asked LIMIT {most}"


def one_of(columns: Sequence[Counting]) -> str | None:
    """A condition on the rows that any of the columns counts; None where one counts all of them."""
    conditions = [column.where for column in columns]
    if None in conditions:
        return None
    return closed(" OR ".join(closed(each) for each in dict.fromkeys(conditions) if each is not None))


def expressions(asked: Pass, part: str | None = None) -> str:
    """The rows of a pass with what was declared of them, under names of our own.

    They are `og_b` and `og_d` for the times, `og_k` for whose a row is, `og_w0`, … for conditions and `og_a0`, … for
    amounts.

    Args:
        part: a condition of ours on the rows.
    """
    told = [f"{closed(asked.created.told.sql)} AS og_b"]
    if asked.deleted is not None:
        told.append(f"{closed(asked.deleted.told.sql)} AS og_d")
    if asked.key is not None:
        told.append(f"{closed(asked.key)} AS og_k")
    several = len(asked.columns) > 1
    for at, column in enumerate(asked.columns):
        if column.where is not None and several:
            told.append(f"{closed(column.where)} AS og_w{at}")
        if column.amount is not None:
            told.append(f"{closed(column.amount)} AS og_a{at}")
    return f"SELECT {', '.join(told)} FROM {asked.table}\n{where(one_of(asked.columns), part)}"


def where(*conditions: str | None) -> str:
    """Conditions of which all have to hold."""
    told = [condition for condition in conditions if condition]
    return f" WHERE {' AND '.join(told)}" if told else ""


def has_flag(asked: Pass, at: int) -> bool:
    """Whether a column of a pass counts some of its rows only."""
    return asked.columns[at].where is not None and len(asked.columns) > 1

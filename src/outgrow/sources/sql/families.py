"""A family of tables or of schemas, one for each tenant: asked member by member, and added up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from outgrow.sources.sql.databases.database import Column, Database
from outgrow.sources.sql.declaration import MARK
from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.tally import Keyed, Pass, Tally


class Member(NamedTuple):
    """One tenant's tables.

    Attributes:
        key: the tenant's.
        prefix: what is put in the place of `PREFIX`.
    """

    key: str
    prefix: str


class FamilyDatabase:
    """Keeps `Database`; what is marked is asked of every member.

    Args:
        members: asked when they are first needed.
    """

    def __init__(self, database: Database, members: Callable[[], Sequence[Member]]) -> None:
        self._database, self._asked = database, members

    @cached_property
    def _members(self) -> Sequence[Member]:
        members = self._asked()
        if not members:
            raise QueryError("the rows of [[scopes]] give no `prefix`, and so no member of the family")
        return members

    def columns(self, query: str) -> Sequence[Column]:
        """Those of the first member, which is one for all."""
        return self._database.columns(query.replace(MARK, self._members[0].prefix) if MARK in query else query)

    def rows(self, query: str, most: int) -> Sequence[tuple[Any, ...]]:
        """As it is."""
        return self._database.rows(query, most)

    def tally(self, asked: Pass) -> Tally:
        """The sum of all members."""
        if MARK not in asked.table:
            return self._database.tally(asked)
        tally = Tally.nothing(asked)
        for member in self._members:
            try:
                tally.add(self._database.tally(_of(asked, member)))
            except QueryError as error:
                raise QueryError(f"{member.prefix}: {error.reason}", passing=error.passing) from error
        return tally

    def keyed(self, asked: Pass) -> Iterator[Keyed]:
        """Of each member, whose key it is, whatever its rows say."""
        if MARK not in asked.table:
            yield from self._database.keyed(asked)
            return
        for member in self._members:
            for keyed in self._database.keyed(_of(asked, member)):
                yield keyed._replace(keys=[member.key] * len(keyed.keys))


def _of(asked: Pass, member: Member) -> Pass:
    return replace(asked, table=asked.table.replace(MARK, member.prefix))

"""Proposals as they stand in a settings file: SQL in the database's own words, with why it was proposed."""

import json
from collections.abc import Sequence
from textwrap import wrap

from sqlalchemy.engine.interfaces import Dialect

from outgrow.domain.text import cleaned
from outgrow.sources.sql.declaration import PREFIX, UnixUnit
from outgrow.sources.sql.discovery.beginnings import Moment
from outgrow.sources.sql.discovery.catalogue import Reference, Table, quoting
from outgrow.sources.sql.discovery.families import SCHEMAS_OF_TENANTS
from outgrow.sources.sql.discovery.proposals import MARKED, Candidate, Path, as_name

LABELS = ("name", "title", "label", "display_name", "slug", "subdomain", "domain", "email", "username", "code")
"""What a tenant is called, the best first."""
LONGEST_LINE = 110


class Writer:
    """Writes for one database.

    Args:
        scope: what a tenant is called; None without tenants.
    """

    def __init__(self, dialect: Dialect, tenant: Table | None, scope: str | None) -> None:
        self._dialect, self._tenant, self._scope = dialect, tenant, scope
        self._quote = quoting(dialect)

    def metric(self, each: Candidate, name: str) -> str:
        """`[[metrics]]`."""
        lines = [*comment(each.evidence), "[[metrics]]", f"name = {told(name)}"]
        if each.flow:
            lines.append('kind = "flow"')
        if each.begun is not None:
            lines += self._from(each, each.begun)
        elif each.traces:
            lines += self._rows(each)
        else:
            lines.append(f"value = {told(f'SELECT count(*) FROM {self._table(each.table)}')}")
        return "\n".join((*lines, ""))

    def scope(self, begun: Moment | None, schemas_in: str | None = None) -> str:
        """`[[scopes]]`.

        Args:
            schemas_in: the column that names the schema of each; None where tenants have none of their own.
        """
        assert self._tenant is not None, "there are tenants"  # noqa: S101
        table, quote = self._tenant, self._quote
        columns = [f"{quote(table.key[0])} AS {self._word('key')}"]
        named = {column.name.lower(): column.name for column in table.columns}
        label = next((named[name] for name in LABELS if name in named), None)
        if label is not None:
            columns.append(f"{quote(label)} AS label")
        if begun is not None and begun.unit is None:
            columns.append(f"{quote(begun.column)} AS created")
        wanted = ""
        if schemas_in is not None:
            columns.append(f"quote_ident({quote(schemas_in)}) AS prefix")
            wanted = f" WHERE {quote(schemas_in)} IN ({SCHEMAS_OF_TENANTS})"
        query = f"SELECT {', '.join(columns)} FROM {quote(table.name)}{wanted}"
        return f"[[scopes]]\nname = {told(self._scope or '')}\nrows = {told(query)}\n"

    def key(self, table: Table, noun: str, last: int) -> str:
        """A key that runs out, as a metric with a limit."""
        assert table.whole_key is not None, "it has a key of whole numbers"  # noqa: S101
        most = table.whole_key.most
        column, name = self._quote(table.whole_key.name), as_name(f"last_{noun}_id")
        lines = [
            "[[metrics]]", f"name = {told(name)}", 'kind = "cumulative"', 'unit = "ids"',
            f"value = {told(f'SELECT max({column}) FROM {self._quote(table.name)}')}", "", "[[limits]]",
            f"metric = {told(name)}", f"maximum = {most}",
        ]  # fmt: skip
        said = f"{table.name}.{table.whole_key.name} is at {last / most:.0%} of what it can hold"
        return "\n".join((*comment([said]), *lines, ""))

    def _from(self, each: Candidate, begun: Moment) -> list[str]:
        table, quote = each.table, self._quote
        told_whose = each.path is not None and not each.flow and self._scope is not None
        far = told_whose and each.path is not None and (len(each.path.steps) > 1 or not self._by_key(each.path))
        of = f"{quote(table.name)}." if far else ""
        lines = [f"from = {told(self._table(table))}", f"created = {self._time(begun, of)}"]
        if each.ended is not None:
            lines.append(f"deleted = {self._time(each.ended, of)}")
        if each.wheres:
            lines.append(f"where = {told(' AND '.join(self._spelt(where, of) for where in each.wheres))}")
        if table.schema is not None:
            lines.append(f"each = {told(self._scope or '')}")
        elif told_whose:
            lines.append(f"by = {{ {self._scope} = {self._by(each)} }}")
        return lines

    def _by_key(self, path: Path) -> bool:
        """Whether a way ends at what tenants are told apart by."""
        return self._tenant is None or path.steps[-1][1].to == self._tenant.key[0]

    def _table(self, table: Table) -> str:
        """A table as it is asked; of a family of schemas, any member's."""
        name = self._quote(table.name)
        return name if table.schema is None else f"{PREFIX}.{name}"

    def _by(self, each: Candidate) -> str:
        assert each.path is not None, "it leads to a tenant"  # noqa: S101
        *joined, (last, reference) = each.path.steps
        quote = self._quote
        by_key = self._by_key(each.path)
        if not joined and by_key:
            return told(quote(reference.column))
        joins = [
            f"LEFT JOIN {quote(step.table)} "
            f"ON {quote(step.table)}.{quote(step.to)} = {quote(here)}.{quote(step.column)}"
            for here, step in joined
        ]
        key = f"{quote(last)}.{quote(reference.column)}"
        if self._tenant is not None and not by_key:
            name = quote(self._tenant.name)
            joins.append(f"LEFT JOIN {name} ON {name}.{quote(reference.to)} = {key}")
            key = f"{name}.{quote(self._tenant.key[0])}"
        return f"{{ from = {told(' '.join(joins))}, key = {told(key)} }}"

    def _rows(self, each: Candidate) -> list[str]:
        """What has no time of its own, with the earliest of what refers to it."""
        quote, table = self._quote, each.table
        first, unit = _kind_of(each.traces[0]), each.traces[0][2].unit
        alike = [trace for trace in each.traces if _kind_of(trace) == first]
        traces = "\n  UNION ALL ".join(
            f"SELECT {quote(ref.column)} AS og_id, min({quote(moment.column)}) AS og_at "
            f"FROM {self._table(child)} GROUP BY 1"
            for child, ref, moment in alike
        )
        here, key = quote(table.name), f"{quote(table.name)}.{quote(table.key[0])}"
        tenant = None
        if each.path is not None and len(each.path.steps) == 1 and self._scope is not None and self._by_key(each.path):
            tenant = f"{here}.{quote(each.path.steps[0][1].column)}"
        more = f", {tenant} AS tenant_key" if tenant else ""
        query = (
            f"SELECT min(og_traces.og_at) AS created{more}\nFROM {self._table(table)} "
            f"LEFT JOIN (\n  {traces}\n) AS og_traces "
            f"ON og_traces.og_id = {key}\nGROUP BY {key}{f', {tenant}' if tenant else ''}\n"
        )
        lines = [f"rows = {told_lines(query)}"]
        if unit is not None:
            lines.append(f"unix = {told(unit.value)}")
        if table.schema is not None:
            lines.append(f"each = {told(self._scope or '')}")
        elif tenant:
            lines.append(f'by = {{ {self._scope} = "tenant_key" }}')
        return lines

    def _time(self, moment: Moment, of: str) -> str:
        column = f"{of}{self._quote(moment.column)}"
        if moment.unit is not None:
            column = f"nullif({column}, 0)"
        if moment.when is not None:
            column = f"CASE WHEN {self._spelt(moment.when, of)} THEN {column} END"
        return told(column) if moment.unit is None else f"{{ unix = {told(moment.unit.value)}, of = {told(column)} }}"

    def _spelt(self, condition: str, of: str) -> str:
        """A condition of ours with the names of columns as the database wants them."""
        return MARKED.sub(lambda found: f"{of}{self._quote(found[1])}", condition)

    def _word(self, word: str) -> str:
        """A word of ours, quoted where it is one of the database's own."""
        return f"`{word}`" if self._dialect.name == "mysql" else word


def _kind_of(trace: tuple[Table, Reference, Moment]) -> tuple[object, ...]:
    """What times of a trace are; only those that are alike can be compared."""
    table, _, moment = trace
    return moment.unit, table.by_name[moment.column].holds


def told(text: str | UnixUnit) -> str:
    """A text in TOML: as JSON writes it, save for what TOML writes another way."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def told_lines(text: str) -> str:
    """A text of several lines in TOML."""
    return told(text) if "'''" in text else f"'''\n{text}'''"


def comment(sentences: Sequence[str]) -> list[str]:
    """Sentences as lines of a comment."""
    said = ". ".join(f"{each[:1].upper()}{each[1:]}" for sentence in sentences if (each := cleaned(sentence)))
    return [f"# {line}" for line in wrap(f"{said}.", LONGEST_LINE)] if said else []


def example(names: Sequence[str], scope: str | None) -> str:
    """What else may stand in the file, as a comment, over the first of the metrics."""
    if not names:
        return ""
    lines = ["What else may stand here:", "", "[[limits]]", f"metric = {told(names[0])}", "maximum = 1_000_000", ""]
    lines += ["[[ladder]]", 'name = "Small"', f"max_{names[0]} = 500_000", "cost_monthly = 100", ""]
    lines += ["[[ladder]]", 'name = "Large"', "cost_monthly = 400"]
    if scope is not None:
        lines += ["", "[[plans]]", 'code = "basic"', "price_monthly = 20", f"maxima = {{ {names[0]} = 100 }}", ""]
        lines += ["[[plans]]", f"rows = {told('SELECT ... AS key, ... AS plan FROM ...')}"]
    return "\n".join(f"# {line}".rstrip() for line in lines) + "\n"

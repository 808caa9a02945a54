"""`[[metrics]]` and `[sql]` of `outgrow.toml`: what is counted in a platform's own database, and how."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from outgrow.domain.bounds import Bounds
from outgrow.domain.days import time_zone
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import ALIASES, CAPTURED, TIER_SUBSCRIPTIONS, Kind, Metric
from outgrow.service.readers import MisreadError, Reader, Table, name, text, whole
from outgrow.sources.sql.declaration import Counted, DeclaredMetric, Rows, SqlRules, TimeExpression, UnixUnit, Value

E = TypeVar("E", bound=StrEnum)
NAME = re.compile("[a-z][a-z0-9_]{0,63}")
SEE = "see docs/reference/sql.md for what may stand in it"
FORMS = ("from", "rows", "value")
OF_FORM = {
    "from": {"created", "deleted", "where", "sum"},
    "rows": {"unix", "zone"},
    "value": set[str](),
}
"""What else may stand beside each of them."""
BUILT_IN = {metric.name: metric for metric in (*CAPTURED, TIER_SUBSCRIPTIONS)}
SECONDS = Bounds(1, 86_400)


def sql(told: object) -> str:
    """SQL of the user's own: any text but an empty one."""
    if not text(told).strip():
        raise MisreadError("is empty", mend=SEE)
    return text(told)


def _zone(told: object) -> str:
    try:
        return time_zone(text(told), "it").key
    except ConfigurationError as error:
        raise MisreadError(f"is no time zone, '{name(told)}'", mend=error.mend) from error


def _one_of(names: type[E]) -> Reader[E]:
    def read(told: object) -> E:
        try:
            return names(text(told))
        except ValueError:
            raise MisreadError(f"has to be one of: {', '.join(names)}", mend=SEE) from None

    return read


def _metric_name(told: object) -> str:
    found = text(told)
    if not NAME.fullmatch(found):
        raise MisreadError("has to be lower-case letters, digits and _, a letter first, at most 64", mend=SEE)
    return found


def _time_table(*, of: str, unix: UnixUnit | None = None, zone: str | None = None) -> TimeExpression:
    if unix is not None and zone is not None:
        raise MisreadError("counts from an instant, so it has no zone", ("zone",), "leave it out")
    return TimeExpression(of, unix, zone)


_TIME: Table[TimeExpression] = Table(
    _time_table, {"of": sql, "unix": _one_of(UnixUnit), "zone": _zone}, required=("of",)
)


def _time(told: object) -> TimeExpression:
    """An expression, or a table that says what it counts or in which zone it is."""
    return _TIME(told) if isinstance(told, Mapping) else TimeExpression(sql(told))


def _declared(
    *, name: str, kind: Kind = Kind.LEVEL, unit: str = "", label: str = "", **how: Any,  # noqa: ANN401
) -> DeclaredMetric:  # fmt: skip
    metric = _metric(name, kind, unit, label)
    forms = [form for form in FORMS if form in how]
    if len(forms) != 1:
        said = f"has {' and '.join(f'`{form}`' for form in forms)}" if forms else "says not how it is told"
        raise MisreadError(f"{said}: one of `from`, `rows` and `value` is needed", mend=SEE)
    form = forms[0]
    for key in how:
        if key != form and key not in OF_FORM[form]:
            raise MisreadError(f"does not go with `{form}`", (key,), "leave it out")
    if kind is Kind.FLOW and (form == "value" or "deleted" in how):
        key = "value" if form == "value" else "deleted"
        why = "gives a number of now, and a flow is what happens in a day" if form == "value" else "ends what lasts"
        raise MisreadError(f'{why}: it does not go with kind = "flow"', (key,), "count what happened by `created`")
    return DeclaredMetric(metric, _told_by(form, how))


def _told_by(form: str, how: Mapping[str, Any]) -> Counted | Rows | Value:
    if form == "value":
        return Value(how["value"])
    if form == "rows":
        unix, zone = how.get("unix"), how.get("zone")
        return Rows(how["rows"], TimeExpression("created", unix, zone), TimeExpression("deleted", unix, zone))
    if "created" not in how:
        raise MisreadError("is required beside `from`", ("created",), "say when each row began; or use `value`")
    return Counted(how["from"], how["created"], how.get("deleted"), how.get("where"), how.get("sum"))


def _metric(name: str, kind: Kind, unit: str, label: str) -> Metric:
    """A metric of this name: a built-in one where it is one of theirs.

    Raises:
        MisreadError: it is a built-in one, of which something else is said.
    """
    called = "orders_per_day" if name == "orders" and kind is Kind.FLOW else ALIASES.get(name, name)
    known = BUILT_IN.get(called)
    if known is None:
        return Metric(name, kind, unit or name, label or name.replace("_", " ").capitalize())
    if known.month_total_of is not None:
        raise MisreadError(
            f"is the total of a month, which is added up from {known.month_total_of}", ("name",),
            f"declare {known.month_total_of}, of the kind flow",
        )  # fmt: skip
    told = {
        "kind": known.kind if kind is Kind.LEVEL and known.kind is Kind.CUMULATIVE else kind,
        "unit": unit or known.unit,
    }
    for key, value in told.items():
        if value != getattr(known, key):
            raise MisreadError(
                f"of {known.name} is {getattr(known, key)}, for it is a metric that outgrow brings", (key,),
                "leave it out, or give the metric another name",
            )  # fmt: skip
    return known


RULES: Table[SqlRules] = Table(
    SqlRules, {"naive_times": _zone, "statement_seconds": whole(SECONDS), "lock_seconds": whole(SECONDS)}
)
_KEYS: Mapping[str, Reader[Any]] = {
    "name": _metric_name, "kind": _one_of(Kind), "unit": name, "label": name,
    "from": sql, "created": _time, "deleted": _time, "where": sql, "sum": sql,
    "rows": sql, "unix": _one_of(UnixUnit), "zone": _zone, "value": sql,
}  # fmt: skip
METRIC: Table[DeclaredMetric] = Table(_declared, _KEYS, required=("name",))

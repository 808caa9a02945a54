"""`[[metrics]]` and `[sql]` of `outgrow.toml`: what is counted in a platform's own database, and how."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from outgrow.domain.bounds import Bounds
from outgrow.domain.days import time_zone
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import ALIASES, BUILT_IN, Kind, Metric
from outgrow.service.readers import MisreadError, Reader, Table, key, name, named, text, whole
from outgrow.service.tables import cost, limited, maximum
from outgrow.sources.sql.declaration import (
    MARK,
    PREFIX,
    Counted,
    DeclaredLimits,
    DeclaredMetric,
    DeclaredPlan,
    DeclaredScope,
    Rows,
    SqlDeclaration,
    SqlRules,
    TenantKey,
    TimeExpression,
    UnixUnit,
    Value,
)

E = TypeVar("E", bound=StrEnum)
NAME = re.compile("[a-z][a-z0-9_]{0,63}")
SEE = "see docs/reference/sql.md for what may stand in it"
FORMS = ("from", "rows", "value")
OF_FORM = {
    "from": {"created", "deleted", "where", "sum", "by", "each"},
    "rows": {"unix", "zone", "by", "each"},
    "value": set[str](),
}
"""What else may stand beside each of them."""
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


_KEY: Table[dict[str, str]] = Table(dict, {"key": sql, "from": sql}, required=("key",))


def _by(told: object) -> TenantKey:
    """Whose each row is: the tenants' scope, with an expression, or with a table that says what to join for it."""
    found = named(lambda each: _KEY(each) if isinstance(each, Mapping) else {"key": sql(each)})(told)
    if len(found) != 1:
        raise MisreadError('names one scope, such as { tenant = "tenant_id" }', mend=SEE)
    scope, keyed = next(iter(found.items()))
    return TenantKey(scope, keyed["key"], keyed.get("from", ""))


def _declared(
    *, name: str, kind: Kind = Kind.LEVEL, unit: str = "", label: str = "", **how: Any,  # noqa: ANN401
) -> DeclaredMetric:  # fmt: skip
    metric = _metric(name, kind, unit, label)
    forms = [form for form in FORMS if form in how]
    if len(forms) != 1:
        said = f"has {' and '.join(f'`{form}`' for form in forms)}" if forms else "says not how it is told"
        raise MisreadError(f"{said}: one of `from`, `rows` and `value` is needed", mend=SEE)
    form = forms[0]
    for each in how:
        if each != form and each not in OF_FORM[form]:
            raise MisreadError(f"does not go with `{form}`", (each,), "leave it out")
    if kind is Kind.FLOW and (form == "value" or "deleted" in how):
        key = "value" if form == "value" else "deleted"
        why = "gives a number of now, and a flow is what happens in a day" if form == "value" else "ends what lasts"
        raise MisreadError(f'{why}: it does not go with kind = "flow"', (key,), "count what happened by `created`")
    if kind is Kind.FLOW and "by" in how:
        raise MisreadError("is known of what lasts alone, not of a flow", ("by",), "leave it out")
    return DeclaredMetric(metric, _told_by(form, how))


def _told_by(form: str, how: Mapping[str, Any]) -> Counted | Rows | Value:
    if form == "value":
        return Value(how["value"])
    table, tenant = how[form], how.get("by")
    if "each" in how:
        if tenant is not None:
            raise MisreadError("is told by `each` already", ("by",), "leave one of the two out")
        if PREFIX not in table:
            raise MisreadError(f"has no {PREFIX}, which stands for what is each one's own", (form,), SEE)
        table, tenant = table.replace(PREFIX, MARK), TenantKey(how["each"], "1")
    if form == "rows":
        unix, zone = how.get("unix"), how.get("zone")
        created, deleted = (TimeExpression(column, unix, zone) for column in ("created", "deleted"))
        return Rows(table, created, deleted, tenant)
    if "created" not in how:
        raise MisreadError("is required beside `from`", ("created",), "say when each row began; or use `value`")
    return Counted(table, how["created"], how.get("deleted"), how.get("where"), how.get("sum"), tenant)


def _metric(name: str, kind: Kind, unit: str, label: str) -> Metric:
    """A metric of this name: a built-in one where it is one of theirs.

    Raises:
        MisreadError: it is a built-in one, of which something else is said.
    """
    called = ALIASES.get(name, name)
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
    for each, value in told.items():
        if value != getattr(known, each):
            raise MisreadError(
                f"of {known.name} is {getattr(known, each)}, for it is a metric that outgrow brings", (each,),
                "leave it out, or give the metric another name",
            )  # fmt: skip
    return known


def _plan(
    *, code: str | None = None, name: str = "", price_monthly: Decimal = Decimal(0),
    maxima: Mapping[str, float] | None = None, rows: str | None = None,
) -> DeclaredPlan:  # fmt: skip
    if (code is None) == (rows is None):
        raise MisreadError("is either a plan, with `code`, or `rows` that say who is on which", mend=SEE)
    allowed = {limited(metric): most for metric, most in (maxima or {}).items()}
    return DeclaredPlan(code, name or code or "", price_monthly, allowed, rows)


def limits_of_tenants(*, metric: str, rows: str) -> DeclaredLimits:
    """`[[limits]]` with `rows`: what each tenant may use."""
    return DeclaredLimits(limited(metric), rows)


RULES: Table[SqlRules] = Table(
    SqlRules,
    {
        "naive_times": _zone,
        "statement_seconds": whole(SECONDS),
        "lock_seconds": whole(SECONDS),
        "most_tenants": whole(Bounds(1, 10_000_000)),
    },
)
SCOPE: Table[DeclaredScope] = Table(
    lambda *, name, rows: DeclaredScope(name, rows), {"name": _metric_name, "rows": sql}, required=("name", "rows")
)
PLAN_ROWS: Table[DeclaredPlan] = Table(
    _plan, {"code": key, "name": name, "price_monthly": cost, "maxima": named(maximum), "rows": sql}
)
_KEYS: Mapping[str, Reader[Any]] = {
    "name": _metric_name, "kind": _one_of(Kind), "unit": name, "label": name,
    "from": sql, "created": _time, "deleted": _time, "where": sql, "sum": sql,
    "rows": sql, "unix": _one_of(UnixUnit), "zone": _zone, "value": sql, "by": _by,
    "each": _metric_name,
}  # fmt: skip
METRIC: Table[DeclaredMetric] = Table(_declared, _KEYS, required=("name",))


def check_declaration(declared: SqlDeclaration, scopes: Sequence[DeclaredScope]) -> None:
    """See that what is declared fits together.

    Raises:
        ConfigurationError: two metrics are of one name, there are several scopes, or one is named that is not there.
    """
    first: dict[str, DeclaredMetric] = {}
    for each in declared.metrics:
        other = first.setdefault(each.metric.name, each)
        if other is not each:
            raise ConfigurationError(
                f"{each.place}: the metric '{each.metric.name}' is declared already, at {other.place}",
                "give one of the two another name",
            )
    if len(scopes) > 1:
        raise ConfigurationError(
            f"{scopes[1].place}: there is a scope already, '{scopes[0].name}'", "leave one of them"
        )
    known = None if declared.scope is None else declared.scope.name
    by_tenant = set()
    for each in declared.metrics:
        key = None if isinstance(each.told_by, Value) else each.told_by.tenant
        if key is not None and key.scope != known:
            raise ConfigurationError(
                f"{each.place}: there is no scope '{key.scope}'",
                "declare it as [[scopes]], with `name` and `rows`"
                if known is None
                else f"use the one there is: {known}",
            )
        if key is not None:
            by_tenant.add(each.metric.name)
    named = [(limits.place, limits.metric) for limits in declared.limits]
    named += [(plan.place, metric) for plan in declared.plans for metric in plan.maxima]
    for place, metric in named:
        if metric not in by_tenant:
            raise ConfigurationError(
                f"{place}: whose '{metric}' is cannot be told, and so tenants have no limit of it",
                f"use one of: {', '.join(sorted(by_tenant))}" if by_tenant else "say it in its [[metrics]], by `by`",
            )

"""Anyone's tenants: what each of them has, had and may have is what was counted by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, text

from outgrow.domain.days import local_day
from outgrow.domain.errors import ConfigurationError, DatabaseError
from outgrow.domain.metric import Kind, Metric
from outgrow.sources.contract import TenantSource
from outgrow.sources.registry import SourceRequest
from outgrow.sources.sql.declaration import (
    MARK,
    Counted,
    DeclaredLimits,
    DeclaredMetric,
    DeclaredPlan,
    DeclaredScope,
    SqlDeclaration,
    SqlRules,
    TenantKey,
    TimeExpression,
)
from outgrow.sources.sql.opening import make_source

ZONE = ZoneInfo("America/New_York")
FIRST, TODAY = date(2026, 1, 1), date(2026, 6, 10)
DAYS = (TODAY - FIRST).days + 1
RULES = SqlRules()


class Seat(NamedTuple):
    org: int | None
    began: datetime
    ended: datetime | None
    weight: int


ORGS = {at: f"Org {at}" for at in range(1, 9)}
JOINED = {at: FIRST + timedelta(days=11 * at) for at in ORGS}
PLAN_OF = {1: "small", 2: "small", 3: "small", 4: "large", 5: "small", 6: "unknown"}
OWN_LIMIT = {2: 77, 4: None}
PLANS = (
    DeclaredPlan("large", "Large", Decimal(90), {"seats": 500}),
    DeclaredPlan("small", "Small", Decimal(9), {"seats": 20, "weight": 1_000}),
    DeclaredPlan(None, "", Decimal(0), {}, "SELECT org AS KEY, plan FROM subscription", "outgrow.toml, line 9"),
)


def seats() -> list[Seat]:
    """Some of each organisation, some of one that is gone, and some of nobody."""
    random = Random(3)
    noon = datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC)
    made = []
    for at in range(900):
        org = random.choice([*ORGS, 99, None])
        since = 0 if org not in JOINED else (JOINED[org] - FIRST).days
        began = noon + timedelta(days=random.randrange(since, DAYS), hours=random.randrange(-12, 12))
        ended = began + timedelta(hours=random.randrange(1, 2_000)) if at % 3 == 0 else None
        made.append(Seat(org, began, ended, random.randrange(1, 50)))
    return made


SEATS = seats()


def held(org: int | None, day: date, *, weight: bool = False) -> int:
    """By hand."""
    return sum(
        seat.weight if weight else 1
        for seat in SEATS
        if (seat.org == org or (org is None and seat.org not in ORGS))
        and local_day(seat.began, ZONE) <= day
        and (seat.ended is None or local_day(seat.ended, ZONE) > day)
    )


def put(engine: Engine) -> None:
    at = {"postgresql": "timestamptz", "mysql": "datetime", "sqlite": "text"}[engine.dialect.name]

    def told(instant: datetime | None) -> object:
        if instant is None or engine.dialect.name == "postgresql":
            return instant
        return instant.replace(tzinfo=None) if engine.dialect.name == "mysql" else instant.isoformat(" ")[:19]

    with engine.begin() as db:
        db.execute(text("CREATE TABLE org (id integer PRIMARY KEY, name varchar(20), joined date, own integer)"))
        db.execute(text(f"CREATE TABLE seat (id integer PRIMARY KEY, team integer, a {at}, b {at}, weight integer)"))
        db.execute(text("CREATE TABLE team (id integer PRIMARY KEY, org integer)"))
        db.execute(text("CREATE TABLE subscription (org integer, plan varchar(20))"))
        db.execute(text("INSERT INTO team VALUES (:t, :o)"), [{"t": 100 + o, "o": o} for o in (*ORGS, 99)])
        db.execute(
            text("INSERT INTO org VALUES (:id, :name, :joined, :own)"),
            [
                {"id": at, "name": name, "joined": str(JOINED[at]), "own": OWN_LIMIT.get(at, -1)}
                for at, name in ORGS.items()
            ],
        )
        db.execute(
            text("INSERT INTO subscription VALUES (:o, :p)"), [{"o": org, "p": plan} for org, plan in PLAN_OF.items()]
        )
        db.execute(
            text("INSERT INTO seat VALUES (:id, :team, :a, :b, :weight)"),
            [
                {
                    "id": at, "team": None if seat.org is None else 100 + seat.org, "a": told(seat.began),
                    "b": told(seat.ended), "weight": seat.weight,
                }
                for at, seat in enumerate(SEATS)
            ],
        )  # fmt: skip


def declaration(plans: Sequence[DeclaredPlan], rules: SqlRules, name: str) -> SqlDeclaration:
    """With `key` as a database wants a word of its own written."""
    key = TenantKey("org", "team.org", "LEFT JOIN team ON team.id = seat.team")
    times = TimeExpression("seat.a"), TimeExpression("seat.b")
    counted = {"seats": None, "weight": "seat.weight"}
    metrics = [
        DeclaredMetric(
            Metric(name, Kind.LEVEL, name, name.capitalize()), Counted("seat", *times, None, amount, key), name
        )
        for name, amount in counted.items()
    ]
    scope = DeclaredScope("org", f"SELECT id AS {name}, name AS label, joined AS created FROM org ORDER BY id")
    limits = [DeclaredLimits("seats", f"SELECT id AS {name}, own AS maximum FROM org WHERE own IS NULL OR own > 0")]
    told = [replace(plan, query=plan.query and plan.query.replace("KEY", name)) for plan in plans]
    return SqlDeclaration(metrics, rules, scope, told, limits)


def opened(engine: Engine, plans: Sequence[DeclaredPlan] = PLANS, rules: SqlRules = RULES) -> TenantSource:
    declared = declaration(plans, rules, "`key`" if engine.dialect.name == "mysql" else "key")
    source = make_source(SourceRequest(None, ZONE, options={"declared": declared}, connection=engine))
    assert isinstance(source, TenantSource)
    return source


@pytest.fixture
def source(platform: Engine) -> TenantSource:
    put(platform)
    return opened(platform)


@pytest.mark.parametrize("day", [TODAY, date(2026, 3, 1)])
def test_each_one_uses_what_it_holds(source: TenantSource, day: date) -> None:
    told = source.tenants(day)
    there = [at for at in ORGS if JOINED[at] <= day]
    assert told.keys.tolist() == [str(at) for at in there]
    assert told.names.tolist() == [ORGS[at] for at in there]
    assert told.used[:, told.column("seats")].tolist() == [held(at, day) for at in there]
    assert told.used[:, told.column("weight")].tolist() == [held(at, day, weight=True) for at in there]
    assert told.used_elsewhere == (held(None, day), held(None, day, weight=True))


def test_all_of_them_together_use_what_is_measured(source: TenantSource) -> None:
    measured = {each.metric.name: each.reading.value for each in source.measure(TODAY)}
    told = source.tenants(TODAY)
    assert dict(zip([each.name for each in told.columns], told.used_by_all.tolist(), strict=True)) == measured


def test_plans_and_own_limits_are_those_that_the_queries_give(source: TenantSource) -> None:
    told = source.tenants(TODAY)
    assert [plan.code for plan in told.plans] == ["small", "large"] == list(source.plan_codes())
    assert [None if at < 0 else told.plans[at].code for at in told.plan] == [
        "small", "small", "small", "large", "small", None, None, None,
    ]  # fmt: skip
    limits: Mapping[str, list[float]] = dict(zip(told.keys.tolist(), told.limits.tolist(), strict=True))
    assert limits["1"] == [20, 1_000]
    assert limits["2"] == [77, 1_000]
    assert limits["4"] == [np.inf, np.inf]
    assert np.isnan(limits["6"]).all()


def test_changes_lead_to_what_is_used(source: TenantSource) -> None:
    told = source.tenants(TODAY)
    for name, weight in (("seats", False), ("weight", True)):
        changes = source.changes(told, name, DAYS)
        level = changes.level(np.arange(len(told)), told.used[:, told.column(name)])
        for row, org in enumerate(ORGS):
            assert level[row].tolist() == [
                held(org, FIRST + timedelta(days=at), weight=weight) for at in range(DAYS)
            ], org


def test_drivers_are_what_each_held_at_two_days(source: TenantSource) -> None:
    since, until = date(2026, 4, 1), date(2026, 6, 1)
    told = source.drivers("weight", since, until)
    assert told.before.tolist() == [held(at, since, weight=True) for at in ORGS]
    assert told.after.tolist() == [held(at, until, weight=True) for at in ORGS]
    assert told.unplaced == (held(None, since, weight=True), held(None, until, weight=True))
    assert told.there_before.tolist() == [JOINED[at] <= since for at in ORGS]
    assert "weight" in source.drivable()


def test_a_ramp_is_what_tenants_of_a_plan_had_in_each_week_of_their_age(source: TenantSource) -> None:
    ramp = source.ramp("small", TODAY)
    of_plan = [at for at in (1, 2, 3, 5) if JOINED[at] <= TODAY - timedelta(days=7)]
    assert ramp.stores == len(of_plan)
    first_week = [np.mean([held(at, JOINED[at] + timedelta(days=n)) for n in range(7)]) for at in of_plan]
    assert ramp.sizes["seats"][3] == pytest.approx(np.mean(first_week))
    with pytest.raises(ConfigurationError, match="plan 'large' grow cannot be told: 1 of them"):
        source.ramp("large", TODAY)


def test_more_tenants_than_are_told_apart_are_one(platform: Engine, caplog: pytest.LogCaptureFixture) -> None:
    put(platform)
    told = opened(platform, rules=SqlRules(most_tenants=3)).tenants(TODAY)
    assert told.keys.tolist() == ["1", "2", "3"]
    assert told.used_elsewhere[0] == sum(held(at, TODAY) for at in (4, 5, 6, 7, 8)) + held(None, TODAY)
    assert "more than 3 tenants" in caplog.text


def test_a_query_without_a_column_that_is_needed_says_so(platform: Engine) -> None:
    put(platform)
    plans = (DeclaredPlan(None, "", Decimal(0), {}, "SELECT org AS KEY FROM subscription", "outgrow.toml, line 9"),)
    with pytest.raises(DatabaseError, match=r"outgrow.toml, line 9: `rows` gives no column `plan`"):
        opened(platform, plans).tenants(TODAY)


def test_a_table_of_each_tenants_own_is_added_up(platform: Engine) -> None:
    with platform.begin() as db:
        db.execute(text("CREATE TABLE blog (id integer PRIMARY KEY, name varchar(20), prefix varchar(20))"))
        for at in (1, 2, 3):
            db.execute(
                text("INSERT INTO blog VALUES (:at, :name, :prefix)"),
                {"at": at, "name": f"B{at}", "prefix": f"wp_{at}_"},
            )
            db.execute(text(f"CREATE TABLE wp_{at}_posts (id integer PRIMARY KEY, made date)"))
            days = [{"id": n, "made": FIRST + timedelta(days=n)} for n in range(10 * at)]
            db.execute(text(f"INSERT INTO wp_{at}_posts VALUES (:id, :made)"), days)
    key = "`key`" if platform.dialect.name == "mysql" else "key"
    posts = Counted(f"{MARK}posts", TimeExpression("made"), tenant=TenantKey("blog", "1"))
    declared = SqlDeclaration(
        [DeclaredMetric(Metric("posts", Kind.LEVEL, "posts", "Posts"), posts, "outgrow.toml, line 4")],
        RULES,
        DeclaredScope("blog", f"SELECT id AS {key}, name AS label, prefix FROM blog"),
    )
    source = make_source(SourceRequest(None, ZONE, options={"declared": declared}, connection=platform))
    assert isinstance(source, TenantSource)
    past = source.past(None, TODAY, lambda _: True, lambda *_: None)
    assert (past.panel.first_day, past.panel.values[0, :2].tolist(), past.panel.values[0, -1]) == (FIRST, [3, 6], 60)
    assert source.tenants(TODAY).used.tolist() == [[10], [20], [30]]
    assert [each.message for each in source.diagnose()] == ["can be asked"] * 2
    platform.dispose()  # with the sessions in which nothing may be written
    with platform.begin() as db:
        db.execute(text("DROP TABLE wp_2_posts"))
    told = source.past(None, TODAY, lambda _: True, lambda *_: None).unavailable["posts"]
    assert told.startswith("outgrow.toml, line 4: wp_2_: ")


def test_whoever_does_not_say_since_when_is_there_since_its_first_row(platform: Engine) -> None:
    put(platform)
    declared = declaration((), RULES, "`key`" if platform.dialect.name == "mysql" else "key")
    assert declared.scope is not None
    scope = replace(declared.scope, query=declared.scope.query.replace(", joined AS created", ""))
    options = {"declared": replace(declared, scope=scope)}
    source = make_source(SourceRequest(None, ZONE, options=options, connection=platform))
    assert isinstance(source, TenantSource)
    first = {at: min(local_day(seat.began, ZONE) for seat in SEATS if seat.org == at) for at in ORGS}
    for day in (TODAY, date(2026, 3, 1)):
        told = source.tenants(day)
        there = [at for at in ORGS if first[at] <= day]
        assert told.keys.tolist() == [str(at) for at in there]
        assert told.joined.tolist() == [first[at] for at in there]
        assert told.used[:, told.column("seats")].tolist() == [held(at, day) for at in there]


def test_a_plan_that_is_declared_nowhere_is_told(platform: Engine, caplog: pytest.LogCaptureFixture) -> None:
    put(platform)
    opened(platform).tenants(TODAY)
    assert "outgrow.toml, line 9: tenants are on 'unknown', declared nowhere as [[plans]]" in caplog.text


def test_each_query_of_tenants_is_tried(platform: Engine) -> None:
    put(platform)
    plans = (DeclaredPlan(None, "", Decimal(0), {}, "SELECT org AS KEY, plan FROM nowhere", "outgrow.toml, line 9"),)
    told = {each.check: each.message for each in opened(platform, plans).diagnose()}
    assert "nowhere" in told["who is on which plan"]
    assert told["scope org"] == told["limits of seats"] == told["metric seats"] == "can be asked"
    declared = declaration((), RULES, "`key`" if platform.dialect.name == "mysql" else "key")
    key = TenantKey("org", "team.orgg", "JOIN team ON true")
    wrong = [
        replace(each, told_by=replace(each.told_by, tenant=key))
        for each in declared.metrics
        if isinstance(each.told_by, Counted)
    ]
    options = {"declared": replace(declared, metrics=wrong)}
    source = make_source(SourceRequest(None, ZONE, options=options, connection=platform))
    told = {each.check: each.message for each in source.diagnose()}
    assert "by org: " in told["metric seats"]
    assert "orgg" in told["metric seats"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("SELECT 1 AS KEY, 'small' AS plan, 7 AS start", "outgrow.toml, line 9: `start` gives 7, which is no time"),
        ("SELECT 1 AS KEY, 'small' AS plan, 'soon' AS start", "`start` gives 'soon', which is no time"),
    ],
)
def test_what_is_no_time_is_never_taken_for_no_bound(platform: Engine, rows: str, said: str) -> None:
    put(platform)
    plans = (*PLANS[:2], DeclaredPlan(None, "", Decimal(0), {}, rows, "outgrow.toml, line 9"))
    with pytest.raises(DatabaseError) as caught:
        opened(platform, plans).tenants(TODAY)
    assert said in caught.value.what


def test_a_plan_holds_from_its_start_until_before_its_end(platform: Engine) -> None:
    put(platform)
    rows = (
        "SELECT 1 AS KEY, 'small' AS plan, '2026-01-01' AS start, '2026-03-01' AS ended, 'false' AS trial "
        "UNION ALL SELECT 1, 'large', '2026-03-01', '9999-12-31 23:59:59', 'true'"
    ).replace("AS ended", "AS `end`" if platform.dialect.name == "mysql" else 'AS "end"')
    plans = (*PLANS[:2], DeclaredPlan(None, "", Decimal(0), {}, rows, "outgrow.toml, line 9"))
    source = opened(platform, plans)
    for day, code, trial in ((date(2026, 2, 28), "small", False), (date(2026, 3, 1), "large", True)):
        told = source.tenants(day)
        at = told.keys.tolist().index("1")
        assert (told.plans[int(told.plan[at])].code, bool(told.trial[at])) == (code, trial)


@pytest.mark.parametrize("most", ["'many'", "-5"])
def test_a_maximum_that_is_none_is_told(platform: Engine, most: str) -> None:
    put(platform)
    key = "`key`" if platform.dialect.name == "mysql" else "key"
    declared = declaration((), RULES, key)
    limits = [DeclaredLimits("seats", f"SELECT 1 AS {key}, {most} AS maximum", "outgrow.toml, line 5")]
    options = {"declared": replace(declared, limits=limits)}
    source = make_source(SourceRequest(None, ZONE, options=options, connection=platform))
    assert isinstance(source, TenantSource)
    with pytest.raises(DatabaseError, match=r"line 5: `maximum` gives .*, and a number from 0 on is needed"):
        source.tenants(TODAY)


def test_of_two_rows_of_one_tenant_the_first_is_taken(platform: Engine, caplog: pytest.LogCaptureFixture) -> None:
    put(platform)
    key = "`key`" if platform.dialect.name == "mysql" else "key"
    declared = declaration((), RULES, key)
    query = f"SELECT 1 AS {key}, 'first' AS label UNION ALL SELECT 1, 'second' UNION ALL SELECT 2, NULL ORDER BY 1, 2"
    options = {"declared": replace(declared, scope=DeclaredScope("org", query, "outgrow.toml, line 3"), limits=())}
    source = make_source(SourceRequest(None, ZONE, options=options, connection=platform))
    assert isinstance(source, TenantSource)
    told = source.tenants(TODAY)
    assert (told.keys.tolist(), told.names.tolist()) == (["1", "2"], ["first", "2"])
    assert "outgrow.toml, line 3: some rows give no `key`, or one that is there already" in caplog.text


def test_what_began_at_no_time_never_ends(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as db:
        db.execute(text("SET SESSION sql_mode = ''"))
        db.execute(text("CREATE TABLE org (id integer PRIMARY KEY)"))
        db.execute(text("CREATE TABLE seat (id integer PRIMARY KEY, org integer, a datetime, b datetime)"))
        db.execute(text("INSERT INTO org VALUES (1)"))
        rows = "(1, 1, '2026-06-01', '0000-00-00'), (2, 1, '0000-00-00', '2026-06-02'), (3, 1, '2026-06-01', NULL)"
        db.execute(text(f"INSERT INTO seat VALUES {rows}"))
    counted = Counted("seat", TimeExpression("a"), TimeExpression("b"), tenant=TenantKey("org", "org"))
    metric = DeclaredMetric(Metric("seats", Kind.LEVEL, "seats", "Seats"), counted)
    declared = SqlDeclaration([metric], RULES, DeclaredScope("org", "SELECT id AS `key` FROM org"))
    source = make_source(SourceRequest(None, ZONE, options={"declared": declared}, connection=engine))
    assert isinstance(source, TenantSource)
    assert source.tenants(TODAY).used.tolist() == [[2]]
    engine.dispose()

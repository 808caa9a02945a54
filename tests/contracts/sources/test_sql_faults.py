"""Anyone's database: what is wrong with one metric is its own, is told with its place, and writes nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine
from tests.support.foreign import SPELLINGS, Life, declared, put, source_of

from outgrow.domain.metric import Kind, Metric
from outgrow.sources.sql.declaration import Counted, DeclaredMetric, Rows, SqlRules, TimeExpression, UnixUnit, Value

TODAY = date(2026, 6, 10)
BEGAN = TimeExpression("began")
LIVES = [Life(datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(days=n), None, 5 * n) for n in range(9)]


@pytest.fixture
def things(platform: Engine) -> Engine:
    """Nine things that came on as many days, as naive times."""
    put(platform, LIVES, SPELLINGS["naive"], ZoneInfo("UTC"))
    return platform


def metric(told_by: Counted | Rows | Value, name: str = "odd", kind: Kind = Kind.LEVEL) -> DeclaredMetric:
    return DeclaredMetric(Metric(name, kind, name, name), told_by, "outgrow.toml, line 7")


def answers(engine: Engine, *metrics: DeclaredMetric) -> tuple[Mapping[str, float | None], Mapping[str, str]]:
    """Today's values by name, and what is said of those that are missing."""
    measured = source_of(engine, metrics).measure(TODAY)
    return (
        {each.metric.name: each.reading.value for each in measured},
        {each.metric.name: each.reading.reason for each in measured if each.reading.reason is not None},
    )


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT amount FROM things WHERE id > 100", "no row"),
        ("SELECT amount FROM things", "more than one row"),
        ("SELECT 1 AS a, 2 AS b", "2 columns"),
        ("SELECT 'many' AS a", "a text"),
        ("SELECT NULL AS a", "NULL"),
        ("SELECT -3 AS a", "negative"),
        ("SELECT nothing FROM things", "nothing"),
        ("SELECT amount FROM nowhere", "nowhere"),
    ],
)
def test_a_value_that_is_no_number_is_missing_with_its_reason(things: Engine, query: str, reason: str) -> None:
    values, reasons = answers(things, metric(Value(query)), declared("things"))
    assert values == {"odd": None, "things": 9}
    assert reason in reasons["odd"]


@pytest.mark.parametrize("query", ["SELECT max(amount) FROM things;", "SELECT max(amount) FROM things -- the most"])
def test_a_value_is_todays_number(things: Engine, query: str) -> None:
    assert answers(things, metric(Value(query)))[0] == {"odd": 40}


@pytest.mark.parametrize(
    ("counted", "reason"),
    [
        (Counted("nowhere", BEGAN), "nowhere"),
        (Counted("things", TimeExpression("born")), "born"),
        (Counted("things", BEGAN, where="colour = 3"), "colour"),
        (Counted("things", BEGAN, amount="weight"), "weight"),
        (Counted("things", BEGAN, where="amount >"), ""),
        (Counted("things", BEGAN, where="1 = 1) OR (2 = 2"), None),
    ],
)
def test_a_wrong_expression_is_its_own_metrics_fault(things: Engine, counted: Counted, reason: str | None) -> None:
    """Also where it shares a table, and so a pass, with others."""
    source = source_of(things, [metric(counted), declared("things", ends=False)])
    past = source.past(None, TODAY, lambda _: True, lambda *_: None)
    told = {each.name: row[-1] for each, row in zip(past.panel.metrics, past.panel.values, strict=True)}
    assert told["things"] == 9
    if reason is not None:
        assert "odd" not in told
        assert past.unavailable["odd"].startswith("outgrow.toml, line 7: ")
        assert reason in past.unavailable["odd"]
    bad = {each.check: each.message for each in source.diagnose()}
    assert ("line 7" in bad["metric odd"]) == (reason is not None)
    assert bad["metric things"] == "can be asked"


def test_a_number_of_time_has_to_say_what_it_counts(platform: Engine) -> None:
    put(platform, LIVES, SPELLINGS["unix s"], ZoneInfo("UTC"))
    if platform.dialect.name != "sqlite":  # whose columns have no types
        assert "say what it counts" in answers(platform, metric(Counted("things", BEGAN)))[1]["odd"]
    seconds = TimeExpression("began", UnixUnit.SECONDS)
    assert answers(platform, metric(Counted("things", seconds)))[0] == {"odd": 9}


def test_what_holds_no_time_is_told(things: Engine) -> None:
    odd = metric(Counted("things", TimeExpression("began", UnixUnit.SECONDS)))
    values, reasons = answers(things, odd)
    if things.dialect.name != "sqlite":
        assert "is no number" in reasons["odd"]
        return
    assert values == {"odd": 0}  # where types are told by rows alone, no row has a beginning
    past = source_of(things, [odd]).past(None, TODAY, lambda _: True, lambda *_: None)
    assert past.limitations == ["odd: 9 rows have no beginning and count on no day"]


WRITES: Mapping[str, Callable[[str], DeclaredMetric]] = {
    "value": lambda sql: metric(Value(sql)),
    "rows": lambda sql: metric(Rows(sql, TimeExpression("created"), TimeExpression("deleted"))),
    "where": lambda sql: metric(Counted("things", BEGAN, where=f"1 = 1); {sql}; SELECT (1")),
    "from": lambda sql: metric(Counted(f"things; {sql}; SELECT 1", BEGAN)),
}


@pytest.mark.parametrize("sql", ["DELETE FROM things", "DROP TABLE things", "COMMIT; DROP TABLE things"])
@pytest.mark.parametrize("where", WRITES)
def test_nothing_is_ever_written(things: Engine, where: str, sql: str) -> None:
    answers(things, WRITES[where](sql))
    source_of(things, [WRITES[where](sql)]).past(None, TODAY, lambda _: True, lambda *_: None)
    with things.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 9


def test_signs_that_drivers_look_for_are_sent_as_they_are(things: Engine) -> None:
    quote = "`" if things.dialect.name == "mysql" else '"'
    conditions = {
        "percent": "sort LIKE '%a%' AND id % 2 = 0",
        "colon": "sort <> ':name' AND sort <> '%s' AND sort <> '?'",
        "quotes": f"{quote}sort{quote} <> 'it''s'",
        "comment": "id < 3 -- the first ones",
        "braces": "sort <> '{}' AND sort <> '{0}'",
    }
    metrics = [declared(name, where=where, ends=False) for name, where in conditions.items()]
    assert answers(things, *metrics)[0] == {"percent": 5, "colon": 9, "quotes": 9, "comment": 3, "braces": 9}


def test_rows_give_their_own_columns(things: Engine) -> None:
    created, deleted = TimeExpression("created"), TimeExpression("deleted")
    query = "SELECT began AS created, ended AS deleted, amount FROM things WHERE id <> 0;"
    assert answers(things, metric(Rows(query, created, deleted)))[0] == {"odd": sum(5 * n for n in range(9))}
    assert answers(things, metric(Rows("SELECT began AS created FROM things", created, deleted)))[0] == {"odd": 9}
    told = answers(things, metric(Rows("SELECT began FROM things", created, deleted)))[1]["odd"]
    assert "no column `created`; its columns are: began" in told


def test_a_join_counts_each_of_its_rows(things: Engine) -> None:
    with things.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parts (thing integer, weight integer)")
        connection.exec_driver_sql("INSERT INTO parts VALUES (1, 3), (1, 4), (2, 5)")
    joined = Counted("things t LEFT JOIN parts p ON p.thing = t.id", TimeExpression("t.began"), amount="p.weight")
    assert answers(things, metric(joined))[0] == {"odd": 12}
    inner = Counted("things AS t JOIN parts p ON p.thing = t.id", TimeExpression("t.began"))
    assert answers(things, metric(inner))[0] == {"odd": 3}
    turned = Counted("parts p RIGHT JOIN things t ON p.thing = t.id", TimeExpression("t.began"))
    assert answers(things, metric(turned))[0] == {"odd": 10}


def test_an_empty_table_has_no_past_and_nothing_today(platform: Engine) -> None:
    put(platform, [], SPELLINGS["naive"], ZoneInfo("UTC"))
    source = source_of(platform, [declared("things"), declared("begun", Kind.FLOW, ends=False)])
    assert source.past(None, TODAY, lambda _: True, lambda *_: None).panel.n_days == 0
    assert {each.metric.name: each.reading.value for each in source.measure(TODAY)} == {"things": 0, "begun": None}


def test_a_date_alone_among_texts_is_the_platforms_own_day(platform: Engine) -> None:
    """Also where times without a zone are in another one, and where each column says its own."""
    with platform.begin() as db:
        db.exec_driver_sql("CREATE TABLE t (id integer PRIMARY KEY, c varchar(40), d varchar(40))")
        db.exec_driver_sql(
            "INSERT INTO t VALUES (1, '2026-06-02', NULL), (2, '2026-06-02 02:00:00', '2026-06-05'), "
            "(3, '2026-06-02T02:00:00Z', '2026-06-06 02:00:00')"
        )
    table = Counted("t", TimeExpression("c"), TimeExpression("d", zone="Asia/Tokyo"))
    source = source_of(platform, [metric(table)], "America/New_York", SqlRules("UTC"))
    past = source.past(date(2026, 6, 1), date(2026, 6, 6), lambda _: True, lambda *_: None)
    # The second came on the evening before in New York, and the third as well; it went when it was noon there.
    assert past.panel.values[0].tolist() == [2, 3, 3, 3, 1, 1]


def test_zeros_are_no_time(mariadb_url: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as db:
        db.exec_driver_sql("SET SESSION sql_mode = ''")
        db.exec_driver_sql("CREATE TABLE t (id integer PRIMARY KEY, c datetime, d datetime, s timestamp NULL)")
        db.exec_driver_sql(
            "INSERT INTO t VALUES (1, '2026-06-02', '0000-00-00', '0000-00-00'), "
            "(2, '0000-00-00', '2026-06-03', NULL), (3, '2026-06-02', '2026-06-04', NULL), "
            "(4, '2026-06-00', NULL, NULL)"
        )
    for ended in ("d", "s"):
        table = Counted("t", TimeExpression("c"), TimeExpression(ended))
        source = source_of(engine, [metric(table)], "Europe/Berlin")
        past = source.past(date(2026, 6, 1), date(2026, 6, 5), lambda _: True, lambda *_: None)
        assert past.panel.values[0].tolist() == ([0, 2, 2, 1, 1] if ended == "d" else [0, 2, 2, 2, 2])
    engine.dispose()


def test_money_is_no_number(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE t (id integer PRIMARY KEY, c date, price money)")
        db.exec_driver_sql("INSERT INTO t VALUES (1, '2026-06-02', '12.50')")
    odd = Counted("t", TimeExpression("c"), amount="price")
    values, reasons = answers(engine, metric(odd), declared("t", table="(SELECT c AS began FROM t) AS t", ends=False))
    assert values == {"odd": None, "t": 1}
    assert "which is no number: cast it to one" in reasons["odd"]
    assert answers(engine, metric(Counted("t", TimeExpression("c"), amount="price::numeric")))[0] == {"odd": 12.5}
    engine.dispose()


def test_a_column_that_is_called_as_row_numbers_are_is_none(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE t (rowid integer, began text)")
        db.exec_driver_sql("INSERT INTO t VALUES (1, '2026-06-01'), (NULL, '2026-06-01'), (5, '2026-06-31')")
    assert answers(engine, declared("t", table="t", ends=False))[0] == {"t": 2}
    engine.dispose()

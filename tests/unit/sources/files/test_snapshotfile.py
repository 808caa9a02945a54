"""A file of daily values is read whole or refused whole; nothing in it is lost, and nothing is taken for another."""

from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.sources.files import snapshotfile
from outgrow.sources.files.snapshotfile import read_snapshot_file

TODAY = date(2026, 3, 31)

Read = dict[tuple[str, str], list[tuple[str, float, int]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "values.csv"


def read(file: Path, *rows: str) -> Read:
    """Day, value and row of every value, by metric and scope."""
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {
        (one.metric, str(one.scope)): list(
            zip(one.days.astype(str).tolist(), one.values.tolist(), one.rows.tolist(), strict=True)
        )
        for one in read_snapshot_file(file, TODAY, "main")
    }


def refused(file: Path, *rows: str) -> str:
    with pytest.raises(DataError) as error:
        read(file, *rows)
    assert error.value.mend
    return str(error.value)


def test_series_come_in_the_order_of_their_names_and_days_in_theirs(file: Path) -> None:
    found = read(file, "date,vans,storage_gb", "2026-01-03,3,1.5", "2026-01-01,1,", "2026-01-02,,2.5")

    assert list(found.items()) == [
        (("storage_used_gb", "platform"), [("2026-01-02", 2.5, 4), ("2026-01-03", 1.5, 2)]),
        (("vans", "platform"), [("2026-01-01", 1.0, 3), ("2026-01-03", 3.0, 2)]),
    ]


def test_rows_are_counted_over_empty_lines_and_fields_of_several_lines(file: Path) -> None:
    found = read(file, "date,metric,scope,value", "", '2026-01-01,vans,"host:a\nb",1', "", "2026-01-02,vans,,2")

    cleaned = str(Scope("host", "a\nb"))
    assert found == {("vans", cleaned): [("2026-01-01", 1.0, 4)], ("vans", "platform"): [("2026-01-02", 2.0, 6)]}


@pytest.mark.parametrize("scope", ["", "platform", "platform:main", " platform "])
def test_the_platform_s_own_scope_has_several_spellings(file: Path, scope: str) -> None:
    assert list(read(file, "date,metric,scope,value", f"2026-01-01,vans,{scope},1")) == [("vans", str(PLATFORM))]


@pytest.mark.parametrize("columns", ["storage_gb,storage_used_gb", "storage_used_gb,vans,storage_gb"])
def test_two_names_of_one_metric_are_refused_in_the_heading(file: Path, columns: str) -> None:
    said = refused(file, f"date,{columns}", "2026-01-01,1,2,3")

    assert "row 1: the columns" in said
    assert "'storage_gb'" in said
    assert "'storage_used_gb'" in said


def test_two_names_of_one_metric_are_refused_on_one_day(file: Path) -> None:
    rows = ["2026-01-01,products,5", "2026-01-02,products,6", "2026-01-02,total_products,7"]
    said = refused(file, "date,metric,value", *rows)

    assert "row 4: total_products of 2026-01-02 stands in row 3 already as products, which is the same metric" in said
    assert read(file, "date,metric,value", *rows[:2]) == {
        ("total_products", "platform"): [("2026-01-01", 5, 2), ("2026-01-02", 6, 3)]
    }


@pytest.mark.parametrize("column", ["host", "Device", "platform", "kind", "note", ""])
def test_columns_that_would_be_ignored_are_refused(file: Path, column: str) -> None:
    said = refused(file, f"date,{column},metric,value", "2026-01-01,web-a,disk_gb,80", "2026-01-02,web-b,disk_gb,400")

    assert f"row 1: the column '{column}' is not known" in said
    assert "put it into the column scope, such as" in said


@pytest.mark.parametrize("column", ["host", "scope", "unit", "metric"])
def test_a_column_of_texts_is_no_metric(file: Path, column: str) -> None:
    assert column in refused(file, f"date,{column},disk_gb", "2026-01-01,web-a,80")


def test_the_unit_is_that_of_the_column(file: Path) -> None:
    file.write_text("date,metric,value,unit\n2026-01-01,a,1,GB\n2026-01-02,a,2, GB\n2026-01-01,b,2,\n")

    assert [(one.metric, one.unit) for one in read_snapshot_file(file, TODAY, "main")] == [("a", "GB"), ("b", "")]


@pytest.mark.parametrize(("first", "second"), [("GB", "MB"), ("GB", ""), ("", "MB"), ("GB", "gb")])
def test_a_unit_that_changes_inside_a_metric_is_refused(file: Path, first: str, second: str) -> None:
    rows = [f"2026-01-0{day},a,host:{day % 2},1,{first if day < 4 else second}" for day in range(1, 8)]
    said = refused(file, "date,metric,scope,value,unit", *rows)

    assert f"row 5: a is in '{second}' here and in '{first}' in row 2" in said


@pytest.mark.parametrize(
    ("scope", "fault"),
    [
        ("platform:other", "row 3, scope: 'platform:other' is another platform than 'main'"),
        (":7", "row 3, scope: ':7' is not a scope (write kind:key, such as store:17)"),
        ("host:" + "x" * 124, "row 3, scope: a scope has at most 128 characters, and this one has 129"),
    ],
)
def test_scopes_that_cannot_be_stored_are_named(file: Path, scope: str, fault: str) -> None:
    said = refused(file, "date,metric,scope,value", "2026-01-01,vans,,1", f"2026-01-02,vans,{scope},1")

    assert fault in said


def test_a_unit_that_cannot_be_stored_is_named(file: Path) -> None:
    said = refused(file, "date,metric,value,unit", f"2026-01-02,vans,1,{'x' * 33}")
    assert "row 2, unit: a unit has at most 32 characters, and this one has 33" in said


def test_faults_take_no_more_memory_than_what_is_told_of_them(file: Path) -> None:
    said = refused(file, "date,vans", *["soon,1"] * 30_000)

    assert said.count("\n  row ") == 5
    assert "and 29,995 more" in said


FIELDS = st.one_of(st.floats(0, 1e12).map(repr), st.sampled_from(["", " ", "7", "1e3"]))
BAD = st.sampled_from(["-1", "nan", "inf", "x", "-0.0"])
DAYS = st.integers(0, 40).map(lambda n: (date(2026, 1, 1) + timedelta(days=n)).isoformat())


@given(
    rows=st.lists(st.tuples(DAYS, st.sampled_from(["a", "b"]), FIELDS | BAD), min_size=1, max_size=30),
    size=st.integers(1, 40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_blocks_read_as_rows_do(file: Path, rows: list[tuple[str, str, str]], size: int) -> None:
    """However the file is cut into blocks, and whether a block is taken at once or row by row."""

    def told() -> Read | str:
        try:
            return read(file, "date,metric,value", *(",".join(row) for row in rows))
        except DataError as error:
            return str(error)

    with patch.object(snapshotfile, "CELLS", size):
        at_once = told()
    with patch.object(snapshotfile._Found, "take_columns", lambda *_: False):
        assert told() == at_once


def test_values_are_kept_to_the_last_digit(file: Path) -> None:
    text = ["0.1", "123456789.123456789", "5e-324", "1.7976931348623157e308"]
    rows = [f"2026-01-0{day},{value}" for day, value in enumerate(text, 1)]

    assert [value for _, value, _ in read(file, "date,vans", *rows)["vans", "platform"]] == list(map(float, text))


def test_the_scope_s_kind_and_key_are_kept(file: Path) -> None:
    file.write_text("date,metric,scope,value\n2026-01-01,disk_gb,host:web-a:/var,1\n")
    (one,) = read_snapshot_file(file, TODAY, "main")

    assert one.scope == Scope("host", "web-a:/var")
    assert [str(one.days.dtype), str(one.values.dtype)] == ["datetime64[D]", "float64"]


def test_a_day_that_lies_too_far_back_is_refused(file: Path) -> None:
    assert "row 2: 0202-03-01 lies too far back" in refused(file, "date,vans", "0202-03-01,1", "2026-03-01,2")
    assert read(file, "date,vans", "1900-01-01,1") == {("vans", "platform"): [("1900-01-01", 1.0, 2)]}


def test_a_file_that_is_not_there_is_no_matter_of_its_form(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv cannot be read: No such file or directory") as error:
        read_snapshot_file(tmp_path / "none.csv", TODAY, "main")

    assert error.value.mend == "check its name and its rights"

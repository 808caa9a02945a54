"""A fleet's file is read whole or refused whole, with the rows that cannot be true."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from outgrow.domain.errors import DataError
from outgrow.domain.history import MISSING, OBSERVED
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Kind, Scope
from outgrow.sources.files.fleetfile import read_fleet_file

TODAY = date(2026, 3, 31)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fleet.csv"


def written(file: Path, *rows: str) -> Path:
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_every_platform_scope_and_metric_is_a_series_of_its_own(file: Path) -> None:
    rows = [
        "2026-01-03,b,,vans,flow,3", "2026-01-01,a,store:7,vans,level,1", "2026-01-04,a,store:7,vans,level,4.5",
        "2026-01-01,a,,vans,level,2", "2026-01-01,a,,bikes,cumulative,9",
    ]  # fmt: skip
    found = read_fleet_file(written(file, "date,platform,scope,metric,kind,value", *rows), TODAY)

    assert [(h.platform, h.scope, h.metric.name, h.metric.kind) for h in found] == [
        ("a", PLATFORM, "bikes", Kind.CUMULATIVE),
        ("a", PLATFORM, "vans", Kind.LEVEL),
        ("a", Scope("store", "7"), "vans", Kind.LEVEL),
        ("b", PLATFORM, "vans", Kind.FLOW),
    ]
    store = found[2]
    assert store.first_day == date(2026, 1, 1)
    np.testing.assert_array_equal(store.values, [1, np.nan, np.nan, 4.5])
    assert store.provenance.tolist() == [OBSERVED, MISSING, MISSING, OBSERVED]


def test_kinds_that_are_not_given_are_those_of_built_in_metrics_or_levels(file: Path) -> None:
    day = "2026-01-01"
    rows = [f"{day},products,5", f"{day},orders_per_day,5", f"{day},vans,5"]
    found = read_fleet_file(written(file, "date,metric,value", *rows), TODAY)

    assert [h.metric for h in found[:2]] == [ORDERS_PER_DAY, TOTAL_PRODUCTS]
    assert (found[2].metric.name, found[2].metric.kind) == ("vans", Kind.LEVEL)


def test_an_empty_value_is_no_value(file: Path) -> None:
    rows = ["2026-01-01,vans,5", "2026-01-02,vans,", "2026-01-03,vans,7", "2026-01-01,bikes,"]
    (history,) = read_fleet_file(written(file, "date,metric,value", *rows), TODAY)

    np.testing.assert_array_equal(history.values, [5, np.nan, 7])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("soon,vans,level,5", "row 3: 'soon' is not a date"),
        ("2026-04-01,vans,level,5", "row 3: 2026-04-01 has not come yet"),
        ("2026-01-02,Vans!,level,5", "row 3: 'Vans!' is not a name for a metric"),
        ("2026-01-02,vans,level,many", "row 3, vans: 'many' is not a number"),
        ("2026-01-02,vans,level,-1", "row 3, vans: -1 is not a finite number of zero or more"),
        ("2026-01-02,vans,gauge,5", "row 3: 'gauge' is no kind (write level, cumulative, flow)"),
        ("2026-01-02,vans,flow,5", "row 3: vans is of the kind 'flow' here and 'level' in row 2"),
        ("2026-01-02,vans", "row 3: it has not as many fields as the header"),
        ("2026-01-01,vans,level,6", "row 3: vans of 2026-01-01 stands in row 2 already"),
    ],
)
def test_rows_that_cannot_be_true_are_named(file: Path, row: str, fault: str) -> None:
    written(file, "date,metric,kind,value", "2026-01-01,vans,level,5", row, "2026-01-03,vans,level,5")

    with pytest.raises(DataError, match="was not read") as error:
        read_fleet_file(file, TODAY)
    assert f"\n  {fault}" in error.value.what
    assert error.value.mend


def test_many_faults_are_counted(file: Path) -> None:
    written(file, "date,metric,value", *(["never,vans,1"] * 9))

    with pytest.raises(DataError) as error:
        read_fleet_file(file, TODAY)
    assert error.value.what.count("\n  row ") == 5
    assert error.value.what.endswith("\n  and 4 more")


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (["date,vans", "2026-01-01,5"], "row 1: there is no column metric, value"),
        (["day,metric,value"], "row 1: there is no column date"),
        (["date,metric,value"], "holds no values"),
        (["date,host,metric,value", "2026-01-01,a,vans,5"], "row 1: the column 'host' is not known"),
        ([], "row 1: there is no column date, metric, value"),
    ],
)
def test_a_file_of_another_form_is_refused(file: Path, rows: list[str], what: str) -> None:
    with pytest.raises(DataError) as error:
        read_fleet_file(written(file, *rows), TODAY)
    assert what in error.value.what
    assert error.value.mend


def test_a_file_that_cannot_be_read(file: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_fleet_file(file, TODAY)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read"):
        read_fleet_file(file, TODAY)

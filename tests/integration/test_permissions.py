"""The least that outgrow has to be allowed, and what it says where it is not: the real command on a real server."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from tests.support.roles import address, as_role, role_of
from tests.support.warm import Run

from outgrow.sources.commerce.models import CommerceBase


def fingerprint(engine: Engine) -> dict[str, list[str]]:
    """Everything in a database: its relations, and every row with the transaction that wrote it and its place."""
    with engine.connect() as connection:
        relations = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        found = {"": list(connection.scalars(text(relations)))}
        for table in CommerceBase.metadata.tables:
            rows = connection.execute(text(f"SELECT xmin, ctid, t.* FROM {table} t ORDER BY ctid"))
            found[table] = [repr(tuple(row)) for row in rows]
    return found


def check_that_it_works(run: Run, where: list[str]) -> None:
    assert run("init", *where).status == 0
    rebuilt = run("backfill", "--json", *where)
    assert (rebuilt.status, rebuilt.document()["days"]) == (0, 61), rebuilt.err
    captured = run("capture", "--json", *where)
    assert (captured.status, captured.document()["missing"]) == (0, {}), captured.err
    examined = run("doctor", "--json", *where)
    assert [finding for finding in examined.document() if finding["state"] != "good"] == []
    assert examined.status == 0
    told = run("status", "--json", *where)
    assert told.status == 0
    assert told.document()["history"]["reconstructed_days"] == 61
    assert told.document()["newest_age_days"] in {0, 1}  # midnight may have passed


def test_reading_is_enough_where_our_tables_are_elsewhere(
    run: Run, customer: Engine, reader_url: str, store_url: str
) -> None:
    before = fingerprint(customer)
    check_that_it_works(run, ["--database-url", reader_url, "--store-url", store_url])

    assert fingerprint(customer) == before
    assert not any(relation.startswith("outgrow_") for relation in before[""])


def test_our_tables_may_be_in_a_file(run: Run, customer: Engine, reader_url: str, tmp_path: Path) -> None:
    before = fingerprint(customer)
    check_that_it_works(run, ["--database-url", reader_url, "--store-url", f"sqlite:///{tmp_path}/of/ours.db"])

    assert fingerprint(customer) == before


def test_what_nobody_may_read_is_missing_and_the_doctor_says_so(run: Run, customer: Engine, store_url: str) -> None:
    tables = ", ".join(set(CommerceBase.metadata.tables) - {"orders"})
    with role_of(customer, f"SELECT ON {tables}") as role:
        where = ["--database-url", as_role(address(customer), role), "--store-url", store_url]
        assert run("init", *where).status == 0
        captured = run("capture", "--json", *where)
        examined = run("doctor", "--json", *where)

    assert captured.status == 4
    assert set(captured.document()["missing"]) == {"total_orders_month"}
    assert "permission denied for table orders" in captured.err
    assert examined.status == 3
    finding = next(f for f in examined.document() if f["check"] == "commerce tables")
    assert finding["state"] == "bad"
    assert "permission denied for table orders" in finding["message"]
    assert "cannot be written" not in finding["message"]
    assert "SELECT" in finding["mend"]


@pytest.mark.parametrize(
    ("policies", "shared"),
    [((), False), (("CREATE POLICY few ON products USING (id < 5)",), False), ((), True)],
    ids=["no row", "some rows", "no row, in one database"],
)
def test_rows_that_row_security_hides_are_missing_and_not_none(
    run: Run, customer: Engine, store_url: str, policies: tuple[str, ...], shared: bool
) -> None:
    with customer.begin() as connection:
        for statement in ("ALTER TABLE products ENABLE ROW LEVEL SECURITY", *policies):
            connection.execute(text(statement))
    tables = ", ".join(CommerceBase.metadata.tables)
    rights = (f"SELECT ON {tables}", "CREATE ON SCHEMA public") if shared else (f"SELECT ON {tables}",)
    with role_of(customer, *rights) as role:
        reader = as_role(address(customer), role)
        where = ["--database-url", reader] if shared else ["--database-url", reader, "--store-url", store_url]
        assert run("init", *where).status == 0
        rebuilt = run("backfill", "--json", *where)
        captured = run("capture", "--json", *where)
        sold = run("tenants", *where)
        examined = run("doctor", "--json", *where)

    assert rebuilt.status == 0
    assert "row-level security" in rebuilt.document()["unavailable"]["total_products"]
    assert (captured.status, set(captured.document()["missing"])) == (4, {"total_products"})
    assert "row-level security" in captured.document()["missing"]["total_products"]
    assert sold.status == 3
    assert "row-level security" in sold.err
    finding = next(f for f in examined.document() if f["check"] == "commerce tables")
    assert (finding["state"], examined.status) == ("bad", 3)
    assert finding["message"] == "row-level security hides rows of products from the role that reads"
    assert "BYPASSRLS" in finding["mend"]


def test_a_platform_that_row_security_hides_is_an_error(run: Run, customer: Engine, store_url: str) -> None:
    with customer.begin() as connection:
        connection.execute(text("ALTER TABLE platforms ENABLE ROW LEVEL SECURITY"))
    with role_of(customer, f"SELECT ON {', '.join(CommerceBase.metadata.tables)}") as role:
        where = ["--database-url", as_role(address(customer), role), "--store-url", store_url]
        assert run("init", *where).status == 0
        told = run("capture", *where)

    assert (told.status, told.out) == (3, "")
    assert 'row-level security policy for table "platforms"' in told.err
    assert "BYPASSRLS" in told.err


def test_a_role_that_sees_every_row_is_good(run: Run, customer: Engine, store_url: str) -> None:
    with role_of(customer, f"SELECT ON {', '.join(CommerceBase.metadata.tables)}") as role:
        with customer.begin() as connection:
            connection.execute(text("ALTER TABLE products ENABLE ROW LEVEL SECURITY"))
            connection.execute(text(f"ALTER ROLE {role} BYPASSRLS"))
        check_that_it_works(run, ["--database-url", as_role(address(customer), role), "--store-url", store_url])


def test_the_doctor_tells_what_leaves_rows_out(run: Run, customer: Engine, reader_url: str, store_url: str) -> None:
    role = make_url(reader_url).username
    with customer.begin() as connection:
        for statement in (
            "CREATE SCHEMA old",
            "ALTER TABLE orders SET SCHEMA old",
            "ALTER TABLE media_files ALTER bytes DROP NOT NULL, ALTER created_at DROP NOT NULL",
            "UPDATE media_files SET bytes = NULL",
            "ALTER TABLE products RENAME TO every_product",
            "CREATE VIEW products AS SELECT * FROM every_product WHERE id < 5",
            f"GRANT USAGE ON SCHEMA old TO {role}",
            f"GRANT SELECT ON products TO {role}",
            f"ALTER ROLE {role} SET search_path = public, old",
        ):
            connection.execute(text(statement))
    where = ["--database-url", reader_url, "--store-url", store_url]
    assert run("init", *where).status == 0
    finding = next(f for f in run("doctor", "--json", *where).document() if f["check"] == "whole counts")

    assert finding["state"] == "note"
    assert "products: a view and no table" in finding["message"]
    assert "orders in old; " in finding["message"]
    assert "media_files: rows without bytes are not counted" in finding["message"]
    assert "created_at" not in finding["message"]


@pytest.mark.parametrize("command", [("capture",), ("backfill",)])
def test_a_store_that_may_only_be_read(
    run: Run, customer: Engine, reader_url: str, store_url: str, command: tuple[str, ...]
) -> None:
    where = ["--database-url", reader_url, "--store-url"]
    assert run("init", *where, store_url).status == 0
    store = create_engine(store_url)
    with role_of(store, "SELECT ON ALL TABLES IN SCHEMA public") as role:
        read_only = as_role(store_url, role)
        told = run(*command, *where, read_only)
        examined = run("doctor", "--json", *where, read_only)
        read = run("status", "--json", *where, read_only)
    store.dispose()

    assert (told.status, told.out) == (3, "")
    assert "cannot be written: permission denied for table outgrow_" in told.err
    assert "mend: give the role the right to write outgrow's tables" in told.err
    assert "Traceback" not in told.err
    assert examined.status == 3
    assert {f["check"]: f["state"] for f in examined.document()}["right to write"] == "bad"
    assert read.status == 0


def test_a_role_that_may_not_make_tables(run: Run, customer: Engine, reader_url: str) -> None:
    before = fingerprint(customer)
    told = run("init", "--database-url", reader_url)

    assert told.status == 3
    assert "cannot be written: permission denied for schema public" in told.err
    assert "--store-url" in told.err
    assert fingerprint(customer) == before

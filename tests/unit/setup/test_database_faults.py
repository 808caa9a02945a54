"""What a database complains about is told by its kind, with the mend that fits it."""

import pytest

from outgrow.setup import database_faults as kinds
from outgrow.setup.database_faults import Fault, fault_of


@pytest.mark.parametrize(
    ("said", "state", "fault"),
    [
        ("database or disk is full", None, kinds.FULL),
        ('could not extend file "base/5/1": No space left on device', "53100", kinds.FULL),
        ("disk I/O error", None, kinds.DISK),
        ("file is not a database", None, kinds.NO_DATABASE),
        ("database disk image is malformed", None, kinds.NO_DATABASE),
        ("unable to open database file", None, kinds.CLOSED_FILE),
        ("FATAL: sorry, too many clients already", "53300", kinds.CROWDED),
        ("FATAL: remaining connection slots are reserved for roles with ...", None, kinds.CROWDED),
        ("failed to resolve host 'db.example': [Errno -2] Name or service not known", None, kinds.NO_HOST),
        (
            "(2003, \"Can't connect to MySQL server on 'x' ([Errno -2] Name or service not known)\")",
            None,
            kinds.NO_HOST,
        ),
        ("(2003, \"Can't connect to MySQL server on 'x' ([Errno 111] Connection refused)\")", None, kinds.NOBODY_THERE),
        ("connection to server at 127.0.0.1, port 1 failed: Connection refused", None, kinds.NOBODY_THERE),
        ("connection is bad: connection to server on socket failed: Is the server running?", None, kinds.NOBODY_THERE),
        ("connection timeout expired", None, kinds.TOO_SLOW),
        ("canceling statement due to statement timeout", "57014", kinds.SLOW_STATEMENT),
        ("canceling statement due to lock timeout", "55P03", kinds.LOCKED_ROW),
        ("server does not support SSL, but SSL was required", None, kinds.SSL),
        ('root certificate file "/x" does not exist', None, kinds.SSL),
        ('no pg_hba.conf entry for host "10.0.0.1", user "u", no encryption', "28000", kinds.NOT_LET_IN),
        ('password authentication failed for user "u"', None, kinds.REFUSED),
        ("(1045, \"Access denied for user 'u'@'h' (using password: YES)\")", None, kinds.REFUSED),
        ('role "nobody" does not exist', None, kinds.REFUSED),
        ('database "shop" does not exist', None, kinds.NO_SUCH_DATABASE),
        ("(1049, \"Unknown database 'shop'\")", None, kinds.NO_SUCH_DATABASE),
        ("permission denied for table products", "42501", kinds.NO_RIGHT_TO_READ),
        ("permission denied for schema shop", "42501", kinds.NO_RIGHT_TO_READ),
        ("permission denied for table outgrow_snapshots", "42501", kinds.READ_ONLY),
        ("attempt to write a readonly database", None, kinds.READ_ONLY),
        ("cannot execute INSERT in a read-only transaction", "25006", kinds.READ_ONLY),
        ("no such table: products", None, kinds.NO_TABLE),
        ('relation "products" does not exist', "42P01", kinds.NO_TABLE),
        ("(1146, \"Table 'shop.products' doesn't exist\")", None, kinds.NO_TABLE),
        ("column products.deleted_at does not exist", "42703", kinds.NO_TABLE),
        ("server closed the connection unexpectedly", None, kinds.LOST),
        ("terminating connection due to administrator command", "57P01", kinds.LOST),
        ('invalid connection option "nonsense"', None, kinds.BAD_OPTION),
        ("nobody has ever seen this", "XX000", kinds.ANY),
    ],
)
def test_each_complaint_has_its_kind(said: str, state: str | None, fault: Fault) -> None:
    assert fault_of(said, state) is fault


def test_only_a_server_is_asked_to_run() -> None:
    assert [kind for kind in (*kinds.KINDS, kinds.ANY) if "server runs" in kind.mend] == [kinds.NOBODY_THERE]

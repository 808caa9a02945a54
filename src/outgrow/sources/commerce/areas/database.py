"""The database itself: how large it is on disk."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from outgrow.domain.errors import DatabaseError
from outgrow.domain.metric import DB_SIZE_MB
from outgrow.sources.commerce.contract import Count, MetricsContext

MB = 10**6

SIZE_IN_BYTES = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "mysql": "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()",
    "mariadb": "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}


def database_size_mb(db: Session) -> float:
    """Size of the session's database in megabytes (10^6 bytes).

    Raises:
        DatabaseError: the database is of a kind whose size we cannot ask for, or does not tell it.
    """
    dialect = db.get_bind().dialect.name
    query = SIZE_IN_BYTES.get(dialect)
    if query is None:
        raise DatabaseError(f"the size of a {dialect} database cannot be asked for")
    size = db.scalar(text(query))
    if not size:  # a database that answers has one: tables that the role may not see are not added up
        raise DatabaseError(f"the {dialect} database does not tell its size")
    return float(size) / MB


class DatabaseMetrics:
    """Measures the database. The past cannot be rebuilt: nothing in the rows tells how large the files were."""

    area = "database"
    metrics = {"size_mb": DB_SIZE_MB}  # noqa: RUF012

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:  # noqa: ARG002
        return [Count("size_mb", database_size_mb(db))]

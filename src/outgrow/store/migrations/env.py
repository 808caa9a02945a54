"""Runs our migrations on the connection that `outgrow.store.schema` hands over, inside its transaction."""

from alembic import context

from outgrow.store.orm import StoreBase
from outgrow.store.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StoreBase.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    include_name=lambda name, kind, _parents: kind != "table" or (name or "").startswith("outgrow_"),
)
with context.begin_transaction():
    context.run_migrations()

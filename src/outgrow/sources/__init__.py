"""Their data, read-only, turned into snapshots."""

"""Our own tables: the only room that writes them, and the only one with migrations."""

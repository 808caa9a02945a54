"""How each database is asked, a file a database."""

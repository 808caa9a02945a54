"""What each database does its own way, a file a database."""

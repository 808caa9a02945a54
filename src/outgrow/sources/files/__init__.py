"""Files that people bring: daily values as CSV."""

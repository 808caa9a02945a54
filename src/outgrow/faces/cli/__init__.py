"""The command line. Only typer and the standard library are imported before a command runs."""

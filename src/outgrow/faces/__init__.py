"""The doors: command line and charts."""

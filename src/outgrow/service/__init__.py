"""The verbs, one a file, and the one place that wires rooms together."""

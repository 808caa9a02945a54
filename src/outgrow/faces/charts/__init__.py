"""Pictures of a metric's past and future: one Vega-Lite specification for the page and for files."""

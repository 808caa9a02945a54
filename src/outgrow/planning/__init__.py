"""Forecasts and limits to what should be done."""

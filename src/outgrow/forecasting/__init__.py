"""History to forecast: arrays in, arrays out, and what may be said of a limit."""

from outgrow.forecasting.panel import PanelForecast, forecast_panel

__all__ = ["PanelForecast", "forecast_panel"]

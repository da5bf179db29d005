"""Targets: how far a value is on its way to one, and whether it will get there."""

from cs_metrics.analysis.targets.forecast import FEWEST, MOST, Forecast, bounds, forecast
from cs_metrics.analysis.targets.standing import progress, standing

__all__ = ["FEWEST", "MOST", "Forecast", "bounds", "forecast", "progress", "standing"]

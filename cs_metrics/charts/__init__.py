"""DataFrame in, chart out: the only room that knows Altair. Every function returns a Drawing."""

from cs_metrics.charts.bars import distribution, ranked, shares
from cs_metrics.charts.drawing import Drawing, spec
from cs_metrics.charts.heatmap import heatmap
from cs_metrics.charts.look import DARK, LIGHT, Look, look
from cs_metrics.charts.movement import movement, waterfall
from cs_metrics.charts.signed import calibration, signed
from cs_metrics.charts.trend import spark, trend

__all__ = [
    "DARK",
    "LIGHT",
    "Drawing",
    "Look",
    "calibration",
    "distribution",
    "heatmap",
    "look",
    "movement",
    "ranked",
    "shares",
    "signed",
    "spark",
    "spec",
    "trend",
    "waterfall",
]

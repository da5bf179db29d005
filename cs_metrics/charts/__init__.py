"""DataFrame in, chart out: the only room that knows Altair. Every function returns a Drawing."""

from cs_metrics.charts.bars import distribution, ranked, shares
from cs_metrics.charts.cells import listed, noted_cohorts, noted_rows, within
from cs_metrics.charts.curves import curves
from cs_metrics.charts.drawing import Drawing, spec
from cs_metrics.charts.heatmap import NAMES, cohort_names, heatmap, least_width
from cs_metrics.charts.likeness import estimates, likeness
from cs_metrics.charts.look import DARK, LIGHT, Look, look
from cs_metrics.charts.movement import movement, waterfall
from cs_metrics.charts.movement_split import movement_split
from cs_metrics.charts.notes import noted
from cs_metrics.charts.outlook import projection
from cs_metrics.charts.signed import calibration, signed
from cs_metrics.charts.targets import aimed, target_words
from cs_metrics.charts.trend import spark, trend

__all__ = [
    "DARK",
    "LIGHT",
    "NAMES",
    "Drawing",
    "Look",
    "aimed",
    "calibration",
    "cohort_names",
    "curves",
    "distribution",
    "estimates",
    "heatmap",
    "least_width",
    "likeness",
    "listed",
    "look",
    "movement",
    "movement_split",
    "noted",
    "noted_cohorts",
    "noted_rows",
    "projection",
    "ranked",
    "shares",
    "signed",
    "spark",
    "spec",
    "target_words",
    "trend",
    "waterfall",
    "within",
]

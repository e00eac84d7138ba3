"""Draw a picture of runs with matplotlib.

Owns colours and layout; must not know records. `nox -s exports` measures its tests.
"""

from __future__ import annotations

import math
import warnings
from io import BytesIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .plots import Bars, Panel, Parallel, Picture

_COLUMNS = 3
_WIDTH, _HEIGHT = 4.6, 3.2  # inches of a panel
_REST = "0.75"  # the grey of runs without a colour
_ALL = "0.3"  # that of a line about all runs
_DOTS = 30  # a line of so many points has no markers
_TICKS = 8  # labelled categories
_STYLE = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.alpha": 0.3,
    "svg.hashsalt": "hpman",  # equal runs give equal files
}


def draw(picture: Picture, kind: str) -> bytes:
    """Return a picture as png or svg."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    panels = [*picture.first, *picture.panels]
    columns = min(_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    legend_rows = math.ceil(len(picture.labels) / columns)
    height = rows * _HEIGHT + 0.22 * (legend_rows + 2)
    output = BytesIO()
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a font may lack a character
        figure = Figure(figsize=(max(columns * _WIDTH, 6), height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        for index, panel in enumerate(panels, 1):
            _DRAW[type(panel).__name__](figure.add_subplot(rows, columns, index), panel)
        handles = [
            figure.axes[0].plot([], [], color=f"C{run}", marker="o", markersize=4)[0]
            for run in range(len(picture.labels))
        ]
        labels = [*map(_plain, picture.labels)]
        figure.legend(
            handles,
            labels,
            loc="outside lower left",
            ncols=columns,
            fontsize="small",
            frameon=False,
        )
        if picture.note:
            figure.suptitle(picture.note, fontsize="medium", color="0.4")
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(output, format=kind, dpi=120, metadata=metadata)
    return output.getvalue()


def _draw_panel(axes: Any, panel: Panel) -> None:
    for line in sorted(panel.series, key=lambda line: line.run is not None):
        y = [number if math.isfinite(number) else math.nan for number in line.y]
        axes.plot(
            line.x,
            y,
            color=(_ALL if line.joined else _REST) if line.run is None else f"C{line.run}",
            linestyle="-" if line.joined else "",
            marker="o" if len(y) < _DOTS or not line.joined else "",
            markersize=4,
            markerfacecolor="none" if line.run is None else None,
        )
    axes.set_xlabel(_plain(panel.x_label))
    axes.set_ylabel(_plain(panel.y_label))
    if panel.log_x:
        axes.set_xscale("log")
    elif all(float(number).is_integer() for line in panel.series for number in line.x):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if panel.log_y:
        axes.set_yscale("log")
    if panel.categories:
        pace = math.ceil(len(panel.categories) / _TICKS)
        shown = range(0, len(panel.categories), pace)
        labels = [_plain(panel.categories[place]) for place in shown]
        long = len(labels) > 4 or max(map(len, labels)) > 6
        turned = {"rotation": 30, "ha": "right"} if long else {}
        axes.set_xticks(shown, labels, **turned)
        axes.set_xlim(-0.5, len(panel.categories) - 0.5)


def _draw_bars(axes: Any, bars: Bars) -> None:
    labels = [*map(_plain, bars.labels)]
    axes.barh(range(len(labels)), bars.sizes)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()  # the first one is at the top
    axes.set_xlabel(_plain(bars.x_label))


def _draw_parallel(axes: Any, parallel: Parallel) -> None:
    from matplotlib import colormaps
    from matplotlib.collections import LineCollection

    places = range(len(parallel.labels))
    lines = [[*enumerate(heights)] for heights in parallel.lines]
    colors = colormaps["viridis"]([heights[-1] for heights in parallel.lines])
    # Thousands of lines of their own would take seconds.
    axes.add_collection(LineCollection(lines, colors=colors, alpha=0.6))
    for place, ticks in zip(places, parallel.ticks, strict=True):
        for height, text in ticks.items():
            axes.text(place, height, _plain(text), fontsize="small", backgroundcolor="1")
    labels = [*map(_plain, parallel.labels)]
    axes.set_xticks(places, labels, rotation=30, ha="right")
    axes.set_yticks([])
    axes.margins(x=0.15)


_DRAW: dict[str, Any] = {"Panel": _draw_panel, "Bars": _draw_bars, "Parallel": _draw_parallel}


def _plain(text: str) -> str:
    return text.replace("$", r"\$")  # a formula stands between two of them

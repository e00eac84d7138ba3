"""Pictures of runs, drawn by matplotlib; `nox -s exports` installs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.runs import figures
from hpargparse.runs.plots import Bars, Panel, Parallel, Picture, Series

if TYPE_CHECKING:
    from collections.abc import Callable

figure = pytest.importorskip("matplotlib.figure", reason="`nox -s exports` installs matplotlib")
# Its fonts lack some characters.
pytestmark = pytest.mark.filterwarnings("default")
PANELS = [
    Panel("step", "loss", [Series(0, [0, 1], [2.0, 1e-3]), Series(1, [0], [1.0])], [], log_y=True),
    Panel("epoch", "acc $x$", [Series(None, [0.5, 1.5], [0.5, float("nan")])], []),
    Panel("lr", "loss", [Series(None, [0.1, 1e-4], [1, 2], joined=False)], [], log_x=True),
    Panel("path", "loss", [Series(0, [8], [1], joined=False)], ["x" * 16] * 9),
    Panel("flag", "größe 大", [Series(0, [1], [float("inf")], joined=False)], ["False", "True"]),
]
FIRST: list[Panel | Bars | Parallel] = [
    Bars("importance for $x$", ["lr", "größe"], [0.75, 0.25]),
    Parallel(
        ["lr", "act $", "loss"],
        [{0.0: "1e-05", 1.0: "0.1"}, {0.0: "$gelu", 0.5: "relu", 1.0: "tanh"}, {0.0: "1"}],
        [[0.0, 0.5, 0.0], [1.0, 1.0, 1.0]],
    ),
]
LABELS = ["k3f2 lr=0.1", "$a$"]


def test_a_picture_is_the_same_each_time_and_a_png_or_svg() -> None:
    picture = Picture(PANELS, LABELS, "Shown: 2 of 3 runs in colour.", FIRST)
    drawn = figures.draw(picture, "svg")
    assert b"<svg" in drawn
    assert drawn == figures.draw(picture, "svg")
    assert figures.draw(picture, "png").startswith(b"\x89PNG")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Picture], Any]:
    """Return a function that draws a picture and returns matplotlib's own figure."""
    made = []

    class Figure(figure.Figure):  # type: ignore[name-defined,misc]
        def __init__(self, **settings: object) -> None:
            super().__init__(**settings)
            made.append(self)

    def draw(picture: Picture) -> Any:
        figures.draw(picture, "png")
        return made[-1]

    monkeypatch.setattr(figure, "Figure", Figure)
    return draw


def test_no_texts_overlap_and_all_are_inside(
    drawn: Callable[[Picture], Any],
) -> None:
    labels = ["k3f2abcd learning_rate=0.001235 optimizer=ada..."] * 10
    for count in range(1, len(PANELS) + 1):
        picture = drawn(Picture(PANELS[-count:], labels, "A note.", FIRST))
        texts = list(picture.legends[0].get_texts())
        for axes in picture.axes:
            texts += [axes.xaxis.label, axes.yaxis.label]
        texts.append(picture._suptitle)
        boxes = [text.get_window_extent() for text in texts]
        for index, box in enumerate(boxes):
            assert box.x0 >= 0, texts[index]
            assert box.y0 >= 0, texts[index]
            assert box.x1 <= picture.bbox.x1, texts[index]
            assert not any(box.overlaps(other) for other in boxes[:index]), texts[index]


def test_axes_say_what_they_show(drawn: Callable[[Picture], Any]) -> None:
    axes = drawn(Picture(PANELS, LABELS, "")).axes
    assert [(a.get_xlabel(), a.get_ylabel()) for a in axes[:2]] == [
        ("step", "loss"),
        ("epoch", r"acc \$x\$"),
    ]
    scales = [(a.get_xscale(), a.get_yscale()) for a in axes]
    assert scales == [
        ("linear", "log"),
        ("linear", "linear"),
        ("log", "linear"),
        ("linear", "linear"),
        ("linear", "linear"),
    ]
    assert len(axes[3].get_xticks()) == 5
    assert [label.get_text() for label in axes[4].get_xticklabels()] == ["False", "True"]
    steps = [re.sub("\N{MINUS SIGN}", "-", label.get_text()) for label in axes[0].get_xticklabels()]
    assert all(float(text).is_integer() for text in steps)

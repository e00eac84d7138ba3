"""Widgets for hyperparameters, made from ranges, choices and types. It needs ipywidgets.

Owns which widget a hyperparameter gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite, log10
from typing import Any

import ipywidgets

from hpman import EMPTY, HpmanError, HyperParameter, HyperParameterManager

from ..values.convert import Converter
from .cells import set_value

_DECADES = 2  # from this ratio on, a range of floats is logarithmic
_STEPS = 100  # of a slider


def panel(hps: Iterable[tuple[HyperParameterManager, HyperParameter]]) -> Any:
    """Return a box of widgets. Moving one sets the value."""
    return ipywidgets.VBox([_labelled(manager, hp) for manager, hp in hps])


def _labelled(manager: HyperParameterManager, hp: HyperParameter) -> Any:
    converter, problem = Converter.of(hp), ipywidgets.HTML()
    value = manager.get_value(hp.name, raise_exception=False)
    widget, read = _widget(converter, None if value is EMPTY else value)
    widget.description, widget.style.description_width = hp.name, "initial"
    widget.tooltip = str(hp.hints.get("help", hp.name))

    def changed(change: Any) -> None:
        from html import escape

        try:
            set_value(manager, hp.name, read(change["new"]), "panel")
            problem.value = ""
        except HpmanError as error:
            problem.value = escape(str(error))

    widget.observe(changed, names="value")
    return ipywidgets.HBox([widget, problem])


def _widget(converter: Converter, value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Return a widget that shows a value, and what turns its own value into one."""
    kind, limits = type(converter.sample), converter.range
    if converter.choices is not None and not converter.is_sequence:
        shown = {converter.format(choice): choice for choice in converter.choices}
        if converter.format(value) in shown:
            options = list(shown)
            widget = ipywidgets.Dropdown(options=options, value=converter.format(value))
            return widget, converter.parse
    if type(value) is bool and kind is bool:
        return ipywidgets.Checkbox(value=value), converter.check
    if type(value) in (int, float) and kind in (int, float):
        return _number(value, kind, limits), converter.check
    text = ipywidgets.Text(value=converter.format(value), continuous_update=False)
    return text, converter.parse


def _number(value: Any, kind: type, limits: Any) -> Any:
    low, high = limits or (None, None)
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return (ipywidgets.IntText if kind is int else ipywidgets.FloatText)(value=value)
    if kind is int:
        return ipywidgets.IntSlider(value=value, min=low, max=high)
    if low > 0 and log10(high / low) >= _DECADES:
        return ipywidgets.FloatLogSlider(
            value=value, min=log10(low), max=log10(high), step=log10(high / low) / _STEPS
        )
    step = (high - low) / _STEPS
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, readout_format=".4g")

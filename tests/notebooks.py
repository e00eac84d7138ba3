"""Notebooks for tests."""

from __future__ import annotations

import json

PYTHON = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def notebook(*cells: str | tuple[str, str], metadata: object = PYTHON) -> bytes:
    """Return a notebook as Jupyter writes it. Cells are code, or a type and a text."""
    made = []
    for number, cell in enumerate(cells):
        kind, text = ("code", cell) if isinstance(cell, str) else cell
        code = {"execution_count": None} if kind == "code" else {}
        rows: dict[str, object] = {"cell_type": kind, **code, "id": f"c{number}", "metadata": {}}
        if kind == "code":
            rows["outputs"] = []
        made.append({**rows, "source": text.splitlines(keepends=True)})
    whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return f"{json.dumps(whole, ensure_ascii=False, indent=1)}\n".encode()

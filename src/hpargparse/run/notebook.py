"""Run a notebook in a kernel of this Python, with the values of this process.

Owns how the values reach the kernel, and what is shown and kept of the outputs. Must not know
options. It needs nbclient and ipykernel, the extra `notebook`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbformat.v4 import new_code_cell, reads, writes

from hpman.programs import note_reads, packed_values
from hpman.text import display_path

from ..cli.errors import error_text
from ..errors import SnapshotError
from ..snapshots.atomic_io import replace_files

_REPORT = """\
import json
import hpman.programs
print(json.dumps(hpman.programs.unused_values()))"""


def run_notebook(path: str, args: Sequence[str], output: str | None) -> None:
    """Run the cells of a notebook in order, in its folder. The first error ends the run."""
    notebook = _read_notebook(path)
    with TemporaryDirectory(prefix="hpman-") as folder:
        client = _Client(notebook, kernel_name="python3")
        client.create_kernel_manager()
        client.km.kernel_spec_manager = _ThisPython()
        # Kernels that start at the same time may get the same port.
        if os.name != "nt":  # pragma: no branch - no test runs there
            client.km.transport, client.km.ip = "ipc", os.path.join(folder, "kernel")
        try:
            problem = client.run_all(path, args)
        except RuntimeError as error:
            problem = f"hpman run: error: cannot start a kernel: {error}"
    if output is not None:
        try:
            replace_files([(output, f"{writes(notebook)}\n".encode())])
        except SnapshotError as error:
            raise SystemExit(f"hpman run: error: {error_text(error)}") from None
    if client.is_interrupted:
        raise KeyboardInterrupt
    if problem is not None:
        raise SystemExit(problem)


def _read_notebook(path: str) -> Any:
    """Return a notebook without outputs, and with the keys that it should have."""
    with open(path, encoding="utf-8-sig") as file:
        notebook = json.load(file)
    for part in (notebook, *notebook["cells"]):
        if not isinstance(part.get("metadata"), dict):
            part["metadata"] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        attachments = cell.pop("attachments", None)  # nbformat fails on others
        if isinstance(attachments, dict) and all(isinstance(x, dict) for x in attachments.values()):
            cell["attachments"] = attachments
    return reads(json.dumps({"nbformat_minor": 4, **notebook}))


class _ThisPython(KernelSpecManager):  # type: ignore[misc]
    """Know one kernel. One that is installed as `python3` may be that of another Python."""

    def get_kernel_spec(self, _name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict())


class _Client(NotebookClient):  # type: ignore[misc]
    """Run cells, and show what they write."""

    is_interrupted: bool = False

    def ask(self, code: str) -> str:
        """Run code that is not part of the notebook, and return what it prints."""
        cell, self._is_quiet = new_code_cell(code), True
        self.nb.cells.append(cell)
        try:
            self.execute_cell(cell, len(self.nb.cells) - 1, store_history=False)
        finally:
            self.nb.cells.pop()
            self._is_quiet = False
        return "".join(output.text for output in cell.outputs if output.output_type == "stream")

    def run_all(self, path: str, args: Sequence[str]) -> str | None:
        """Run all cells. Return the first error, if there is one."""
        folder = os.path.dirname(os.path.abspath(path))
        with self._interrupts(), self.setup_kernel(cwd=folder):
            self.ask(_preparation([path, *args]))
            problem = self._run_cells(path)
            if problem is None:
                note_reads(json.loads(self.ask(_REPORT)))
            # nbclient would interrupt the kernel first, which may still be busy for a moment.
            run_sync(self._shut_down)()
        return problem

    def _run_cells(self, path: str) -> str | None:
        count = 0
        for index, cell in enumerate(self.nb.cells):
            place = f"{display_path(path)}:cell {index + 1}"
            if self.is_interrupted:
                return f"{place}: interrupted"
            count += cell.cell_type == "code"
            try:
                self.execute_cell(cell, index, execution_count=count)
            except CellExecutionError as error:
                return f"{place}: {error.ename}: {error.evalue}"
            except DeadKernelError:
                return f"{place}: the kernel died"
        return None

    @contextmanager
    def _interrupts(self) -> Iterator[None]:
        """Let an interrupt end the cell that runs, as it ends a script."""

        def interrupt(*_: object) -> None:
            self.is_interrupted = True
            with suppress(AttributeError, OSError, TypeError):  # no kernel runs
                os.kill(self.km.provisioner.pid, signal.SIGINT)

        if os.name == "nt":  # pragma: no cover - no test runs there
            yield
            return
        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    async def _shut_down(self) -> None:
        await ensure_async(self.km.request_shutdown())
        await ensure_async(self.km.finish_shutdown())

    def output(
        self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> Any:
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and not self._is_quiet:
            _show(out)
        return out


def _show(out: Any) -> None:
    """Show an output as a terminal can."""
    stream = sys.stderr if out.output_type == "error" or out.get("name") == "stderr" else sys.stdout
    if out.output_type == "stream":
        text = out.text
    elif out.output_type == "error":
        text = "\n".join([*out.traceback, ""])
    else:
        text = f"{out.data.get('text/plain', '')}\n"
    stream.write(text)
    stream.flush()


def _preparation(argv: Sequence[str]) -> str:
    """Return the code that gives the kernel the values and the arguments."""
    return f"""\
import pickle, sys
sys.argv = {[*argv]!r}
sys.path += [path for path in {sys.path!r} if path not in sys.path]
pickle.loads({packed_values()!r})"""

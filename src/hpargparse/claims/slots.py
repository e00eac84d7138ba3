"""GPUs of this machine, shared by all sweeps of a project.

Owns which GPUs there are, and that only so many runs use one at a time: a slot is a lease, held
by the sweep and the run until both have ended. Must not know sweeps.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from tempfile import gettempdir

from hpman import Diagnostic, Frozen, HpmanError
from hpman.run_files import is_held, release, take

from ..cli.errors import error_text
from ..runs.record import host, make_folder

SLOTS = os.path.join(".hpman", "slots")
VARIABLE = "CUDA_VISIBLE_DEVICES"
AUTO, NONE = "auto", "none"
_LIST = ("nvidia-smi", "-L")
_LIMIT = 30  # seconds that it may take


class Slot(Frozen):
    """The right to use a GPU, until its lease is released."""

    __slots__ = ()
    gpu: str
    lease: int

    @property
    def environment(self) -> dict[str, str]:
        """What makes CUDA use this GPU alone."""
        return {VARIABLE: self.gpu}


class Slots:
    """The slots of some GPUs."""

    def __init__(self, project: str, gpus: Iterable[str], per_gpu: int) -> None:
        self._folder = os.path.join(project, SLOTS)
        user = os.getuid() if hasattr(os, "getuid") else ""
        self._own_folder = os.path.join(gettempdir(), f"hpman-slots-{user}")
        # Every GPU gets one run before any gets a second one.
        self._names = [(gpu, number) for number in range(per_gpu) for gpu in gpus]
        self.count: int = len(self._names)

    def take(self) -> Slot | None:
        """Return a free slot, None if there is none now.

        Raises:
            OSError: if the folder cannot be used.
        """
        if self._folder != self._own_folder:
            make_folder(self._folder)
        for gpu, number in self._names:
            # Jobs of SLURM have GPUs of their own, which may have the same names.
            owner = "-".join(filter(None, [host(), os.environ.get("SLURM_JOB_ID")]))
            name = re.sub(r"[^\w.-]", "_", f"{owner}-{gpu}-{number}", flags=re.ASCII)
            path = os.path.join(self._folder, name)
            lease = take(path)
            if lease is None:
                continue
            if is_held(path) is not True and self._folder != self._own_folder:
                # Locks do not hold here, but they do in a folder of this machine alone.
                release(lease)
                os.makedirs(self._own_folder, mode=0o700, exist_ok=True)
                self._folder = self._own_folder
                return self.take()
            return Slot(gpu, lease)
        return None


def find_gpus(request: str) -> list[str]:
    """Return the names of GPUs, as `CUDA_VISIBLE_DEVICES` has them.

    `auto` stands for those that this variable lists, or else all.

    Raises:
        HpmanError: if no GPU is found, or one is listed twice.

    >>> find_gpus("0,1")
    ['0', '1']
    """
    if request == NONE:
        return []
    if request != AUTO:
        return _names(request, "--gpus")
    visible = os.environ.get(VARIABLE)
    return _all() if visible is None else _names(visible, VARIABLE)


def _names(text: str, origin: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names) or names == ["-1"]:
        message = f"{origin} is `{text}`, which names no GPU."
    elif len(set(names)) < len(names):
        message = f"{origin} names a GPU twice: `{text}`."
    else:
        return names
    raise _gpu_error(message)


def _all() -> list[str]:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - this is the purpose
            _LIST, capture_output=True, timeout=_LIMIT, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = error_text(error)
        raise _gpu_error(f"`{' '.join(_LIST)}` does not list the GPUs: {reason}.") from None
    names = re.findall(r"^GPU (\d+):", done.stdout, re.MULTILINE)
    if not names:
        raise _gpu_error(f"`{' '.join(_LIST)}` lists no GPU.")
    return names


def _gpu_error(message: str) -> HpmanError:
    return HpmanError(
        Diagnostic("sweep", message, "Name GPUs, such as `--gpus 0,1`, or leave the option out.")
    )

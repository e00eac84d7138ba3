"""What every test can count on: a stable terminal, and how hard properties are tried."""

import faulthandler
import gc
import os
import signal
import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Programs that a test starts see the same terminal as the test does.
os.environ["COLUMNS"] = "80"
os.environ["NO_COLOR"] = "1"
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):  # Windows has none
    time.tzset()
os.environ.pop("FORCE_COLOR", None)
os.environ.pop("PYTHON_COLORS", None)

# In the background, a process ignores interrupts, and so do the programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):  # Windows has none
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A slow machine is no failure: no test is timed.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _PATIENT, max_examples=25)
settings.register_profile("long", _PATIENT, max_examples=2000)
settings.register_profile("longest", _PATIENT, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let expected output be written anew, on purpose only, and slow tests run."""
    parser.addoption("--update-golden", action="store_true", help="write expected outputs anew")
    parser.addoption(
        "--slow", action="store_true", help="also run the tests that start many processes"
    )
    parser.addoption(
        "--limit", type=int, default=25, metavar="MINUTES", help="for all tests; 0 for no limit"
    )


def pytest_configure(config: pytest.Config) -> None:
    """End tests that hang, and show where."""
    # One timer for all: pytest's own `faulthandler_timeout` starts a thread for every test.
    if minutes := config.getoption("--limit"):
        faulthandler.dump_traceback_later(60 * minutes, exit=True, file=os.dup(2))


def _is_quick(config: pytest.Config) -> bool:
    return not config.getoption("--slow") and config.args_source is not config.ArgsSource.ARGS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the properties, which are slow, unless `--slow` is given, or files are named."""
    return True if collection_path.name == "properties" and _is_quick(config) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip slow tests unless `--slow` is given, or files are named."""
    if _is_quick(config):
        skip = pytest.mark.skip(reason="slow: `nox` and `pytest --slow` run it")
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out the collected tests: a tenth of the time."""
    gc.freeze()


_numbers = count()


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new folder: as in pytest, without a link to the last one, which takes longest."""
    return tmp_path_factory.mktemp(str(next(_numbers)), numbered=False)

"""The checks of the project; `nox` alone is the fast path, `nox -l` lists them all."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
NO_LIMIT = ("--limit", "0")
UPSTREAM = ("hpman==0.13.0", "hpargparse==0.14.0", "setuptools<80")
# What only the libraries of extras run; the session `exports` measures it.
EXTRAS = "*/runs/figures.py,*/runs/trackers.py,*/run/notebook.py,*/kernel/panel.py"
PROTOCOL = "*/editor/protocol.py,*/editor/server.py"  # the session `editors` measures them
COVERAGE = "coverage[toml]>=7.10"
# Random tests, and the programs that the comparison with other libraries runs.
UNMEASURED = ("--ignore=tests/properties", "--ignore=tests/contracts/test_comparison.py")
WORLD = ("torch", "transformers", "django", "sympy", "scipy")


def is_found(version: str) -> bool:
    """Tell whether this machine runs that Python; a name on the path may be an empty shim."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return True
    program = shutil.which(f"python{version}")
    if program is None:
        return False
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


OLDEST = next(filter(is_found, PYTHONS))
NEWEST = next(filter(is_found, reversed(PYTHONS)))

nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = [f"tests-{NEWEST}", "lint", "types"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on the installed package; on the newest Python the slow ones, with coverage.

    `minimums` runs those that must not count for the coverage.
    """
    if session.python != NEWEST:  # measuring takes twice as long again
        session.install(".[test]")
        session.run("pytest", *session.posargs)
        return
    session.install(".[test,sweep]", COVERAGE)
    for remains in glob.glob(".coverage.*"):
        os.remove(remains)
    session.run("coverage", "run", "-m", "pytest", "--slow", *UNMEASURED, *session.posargs)
    if not session.posargs:
        session.notify("coverage")


@nox.session(python=NEWEST)
def coverage(session: nox.Session) -> None:
    """Report what the tests reached; less than all of it fails."""
    session.install(COVERAGE)
    session.run("coverage", "combine")
    names = ("claims", "editor", "runs", "space", "sweep")
    packages = ",".join(f"*/hpargparse/{name}/*" for name in names)
    extras = f"{EXTRAS},{PROTOCOL}"
    session.run("coverage", "report", "--omit", f"{packages},{extras}")
    session.run("coverage", "report", "--include", packages, "--omit", extras, "--fail-under", "95")


@nox.session(python=list(dict.fromkeys([OLDEST, NEWEST])))
def exports(session: nox.Session) -> None:
    """Export and plot runs through the real libraries; some hundred megabytes to install."""
    session.install(".[test,all]", COVERAGE, "ipywidgets", "jupytext")
    env = {
        "COVERAGE_FILE": os.path.join(session.create_tmp(), "coverage"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    files = [
        *glob.glob("tests/hpargparse/*/test_*_library.py"),
        "tests/hpman/static/test_notebooks.py",
    ]
    session.run("coverage", "run", "-m", "pytest", *files, *session.posargs, env=env)
    session.run("coverage", "combine", env=env)
    session.run("coverage", "report", "--include", EXTRAS, env=env)


@nox.session(python=NEWEST)
def properties(session: nox.Session) -> None:
    """Try the properties eighty times as hard as the tests do."""
    session.install(".[test]")
    session.run(
        *("pytest", "tests/properties", *NO_LIMIT, *session.posargs),
        env={"HYPOTHESIS_PROFILE": "long"},
    )


@nox.session(python=[OLDEST, NEWEST])
def renames(session: nox.Session) -> None:
    """Rename in random projects, and compare and run them; `-- 100000` says how many."""
    session.install(".[test]")
    session.run(
        "python", "-m", "tests.properties.rename_projects", "0", *session.posargs or ["2000"]
    )


@nox.session(python=NEWEST)
def yamls(session: nox.Session) -> None:
    """Compare the JSON Schema with the loader, and use it as editors and validators do."""
    session.install(".[test]", "jsonschema", "check-jsonschema")
    env = {}
    if shutil.which("npm") is None:
        session.warn("npm is not installed, so yaml-language-server is not tried")
    else:
        folder = session.create_tmp()
        session.run("npm", "install", "--prefix", folder, "yaml-language-server", external=True)
        server = os.path.join(folder, "node_modules/yaml-language-server/bin/yaml-language-server")
        env["HPMAN_YAML_SERVER"] = os.path.abspath(server)
    paths = ("tests/properties/test_schema.py", *glob.glob("tests/hpargparse/commands/*schema*.py"))
    env["HYPOTHESIS_PROFILE"] = "longest"
    session.run("pytest", "--slow", *paths, *NO_LIMIT, *session.posargs, env=env)


@nox.session(python=NEWEST)
def editors(session: nox.Session) -> None:
    """Drive the language server with pytest-lsp, Neovim, Emacs and Helix; those found are used."""
    session.install(".[test,editor]", "pytest-lsp", COVERAGE)
    env = {"COVERAGE_FILE": os.path.join(session.create_tmp(), "coverage")}
    tests = ("tests/hpargparse/editor", "-p", "no:asyncio", "-p", "no:pytest-lsp", *NO_LIMIT)
    session.run("coverage", "run", "-m", "pytest", "--slow", *tests, *session.posargs, env=env)
    session.run("coverage", "combine", env=env)
    include = ("--include", PROTOCOL, "--fail-under", "95")
    session.run("coverage", "report", *include, env=env)


@nox.session(python=NEWEST)
def vscode(session: nox.Session) -> None:
    """Build the extension of VS Code, and drive it in code-server and Chromium."""
    for program in ("npm", "chromium"):
        if shutil.which(program) is None:
            session.skip(f"`{program}` is not installed, so VS Code cannot be tried")
    session.install(".[test,editor]")
    folder = os.path.abspath(session.create_tmp())
    programs, extension = (os.path.join(folder, name) for name in ("node_modules/.bin", "hpman"))
    path = os.pathsep.join((programs, os.environ["PATH"]))
    shutil.copytree("editors/vscode", extension, dirs_exist_ok=True)
    env = {"PATH": path, "npm_config_unsafe_perm": "true"}  # it compiles, maybe as root
    for arguments in (
        ("install", "--prefix", folder, "node@24"),  # code-server needs exactly this one
        ("install", "--prefix", folder, "code-server@latest"),
        ("install", "--prefix", extension),
        ("run", "--prefix", extension, "package"),
    ):
        session.run("npm", *arguments, env=env, external=True)
    env = {
        "HPMAN_CODE_SERVER": os.path.join(programs, "code-server"),
        "HPMAN_VSIX": os.path.join(extension, "hpman.vsix"),
        "PATH": os.pathsep.join((session.bin, path)),
    }
    tests = ("tests/hpargparse/editor/test_clients.py", "-k", "vscode", *NO_LIMIT)
    session.run("pytest", "--slow", *tests, *session.posargs, env=env)


@nox.session(python=NEWEST)
def lab(session: nox.Session) -> None:
    """Drive the panel and the notes of cells in JupyterLab, with Chromium."""
    if not any(map(shutil.which, ("chromium", "chromium-browser"))):
        session.skip("Chromium is not installed; `apt-get install chromium` brings it")
    session.install(".[test,notebook]", "jupyterlab", "ipywidgets", "websocket-client")
    session.run("pytest", "tests/hpargparse/kernel/test_lab.py", *NO_LIMIT, *session.posargs)


@nox.session(python=NEWEST)
def chaos(session: nox.Session) -> None:
    """Kill recorded runs and sweeps at random; `-- 1000` says how often to kill a run."""
    session.install(".[test]")
    times = session.posargs[0] if session.posargs else "200"
    kills = ("pytest", "tests/hpargparse/runs", "-k", "kill", *NO_LIMIT)
    session.run(*kills, env={"HPMAN_CHAOS": times})
    session.run("python", "-m", "tests.hpargparse.sweep.chaos")


@nox.session(python=NEWEST)
def slurm(session: nox.Session) -> None:
    """Run sweeps on a SLURM cluster of one node, which it starts; it needs root and apt."""
    if shutil.which("slurmctld") is None or shutil.which("munged") is None:
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            session.skip("SLURM is not installed, and only root can install it with apt-get")
        install = ("apt-get", "install", "-y", "--no-install-recommends", "slurm-wlm", "munge")
        session.run("apt-get", "update", "-q", external=True)
        session.run(*install, external=True)
    session.install(".[test]")
    tests = "tests/hpargparse/run/test_slurm_cluster.py"
    session.run("pytest", "--slow", tests, *NO_LIMIT, env={"HPMAN_SLURM": "1"})


@nox.session(python=NEWEST)
def postgres(session: nox.Session) -> None:
    """Share sweeps through a PostgreSQL server, which it starts; it may need root and apt."""
    if shutil.which("initdb") is None and not glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            session.skip("PostgreSQL is not installed, and only root can install it with apt-get")
        install = ("apt-get", "install", "-y", "--no-install-recommends", "postgresql")
        session.run("apt-get", "update", "-q", external=True)
        session.run(*install, external=True)
    session.install(".[test,sweep]", "psycopg[binary]")
    tests = "tests/hpargparse/sweep/test_postgres.py"
    session.run("pytest", "--slow", tests, *NO_LIMIT, env={"HPMAN_POSTGRES": "1"})


@nox.session(python=OLDEST)
def minimums(session: nox.Session) -> None:
    """Run all tests with the lowest direct dependencies on the oldest Python found."""
    lowest = [requirement.replace(">=", "==") for requirement in PROJECT["project"]["dependencies"]]
    session.install(".[test]", *lowest)
    session.run("pytest", "--slow", *session.posargs)


@nox.session(python=NEWEST)
def lint(session: nox.Session) -> None:
    """Check style, format and the contract of layers."""
    session.install("-e", ".[lint]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")


@nox.session(python=NEWEST)
def types(session: nox.Session) -> None:
    """Check the types of sources, tests and tools."""
    session.install("-e", ".[types]", "nox")
    session.run("mypy")


@nox.session(python=NEWEST)
def publictypes(session: nox.Session) -> None:
    """Ask pyright whether each public name is fully typed, and what users will see of it."""
    session.install(".[editor]", "basedpyright")  # a pyright whose wheels carry node along
    session.run("basedpyright")
    for package in ("hpman", "hpargparse"):
        session.run("basedpyright", "--ignoreexternal", "--verifytypes", package)


@nox.session(python=NEWEST)
def checkers(session: nox.Session) -> None:
    """Ask mypy, pyright and ty what a stub of `hpman stubs` says."""
    session.install(".[test]", "mypy", "basedpyright", "ty")
    session.run("pytest", "--slow", "tests/hpargparse/commands/test_stubs.py", *session.posargs)


@nox.session(python=NEWEST)
def selfcheck(session: nox.Session) -> None:
    """Check this project and its examples with its own check."""
    session.install(".")
    session.run("hpman", "check", "src")
    session.run("hpman", "check", "--each", *sorted(glob.glob("examples/*/")))


@nox.session(python=NEWEST)
def docs(session: nox.Session) -> None:
    """Run all documents, docstrings and examples, those that need an extra or are slow too."""
    session.install(".[test,examples,notebook]")
    session.run("pytest", "--slow", "tests/contracts", "-k", "document or docstring or block")


@nox.session(python=NEWEST)
def site(session: nox.Session) -> None:
    """Build the documentation site in `build/site`; a warning or a broken link fails."""
    session.install("-e", ".[docs]")
    session.run("python", "-m", "docs.pictures", "--check")
    session.run("mkdocs", "build", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(python=NEWEST)
def bench(session: nox.Session) -> None:
    """Compare speed and memory with their floors and with upstream; fail past an aim."""
    session.install(".[sweep]", "scipy")
    upstream = os.path.join(session.create_tmp(), "upstream")
    python = os.path.join(upstream, "Scripts" if os.name == "nt" else "bin", "python")
    if not os.path.exists(python):
        session.run("python", "-m", "venv", upstream)
        session.run(python, "-m", "pip", "install", "-q", *UPSTREAM, external=True)
    session.run("python", "-m", "benchmarks", "--upstream", python, *session.posargs)


@nox.session(python="3.11")
def fuzz(session: nox.Session) -> None:
    """Fuzz the scanner, guided by coverage; `-- --count 100000` says how often."""
    session.install("-e", ".", "atheris")
    for target in ("text", "file"):
        session.run("python", "-m", "tests.fuzz", target, *session.posargs)


@nox.session(python=NEWEST)
def torch(session: nox.Session) -> None:
    """Compile and sweep models; on Linux, torch comes with gigabytes of CUDA."""
    session.install(".[test,sweep]", "torch", "numpy")
    files = ("tests/test_torch.py", "tests/contracts/test_transcripts.py")
    session.run("pytest", *files, "-k", "torch", *NO_LIMIT, *session.posargs)


@nox.session(python=NEWEST)
def world(session: nox.Session) -> None:
    """Compare the scanner with a plain walk on large trees of others; some gigabytes to install."""
    session.install(".")
    session.install("--no-deps", *WORLD)
    session.run("python", "-m", "benchmarks.world", *(session.posargs or ("stdlib", *WORLD)))


@nox.session(python=NEWEST)
def package(session: nox.Session) -> None:
    """Build the distribution, look into the wheel, and use it from a clean environment."""
    session.install("build")
    dist = os.path.join(session.create_tmp(), "dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", dist)
    (wheel,) = glob.glob(os.path.join(dist, "*.whl"))
    listed = session.run("python", "-m", "zipfile", "-l", wheel, silent=True)
    for needed in ("hpman/py.typed", "hpman/m.pyi", "hpargparse/py.typed", "licenses/LICENSE"):
        if needed not in str(listed):
            session.error(f"{wheel} holds no {needed}")
    session.install("--force-reinstall", wheel)
    with session.chdir(dist):
        session.run("python", "-W", "error", "-c", "from hpman.m import _; import hpargparse")
        session.run("hpcli", "-h", silent=True)

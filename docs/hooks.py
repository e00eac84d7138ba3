"""Hooks of MkDocs: pages that are written elsewhere or made from the code, and links to them.

README.md and the like stand where a reader of the repository looks for them. The site shows
the same files as pages, so links are rewritten. A link to any other file becomes plain text.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
from contextlib import redirect_stdout, suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

CHECKOUT = Path(__file__).parents[1]

# The pages of the site that are files elsewhere in the repository.
_PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "editors/README.md": "editors.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/conformance/README.md": "conformance.md",
} | {
    path.relative_to(CHECKOUT).as_posix(): f"examples/{path.parent.name}.md"
    for path in sorted(CHECKOUT.glob("examples/*/README.md"))
}
_PLACES = {uri: path for path, uri in _PAGES.items()}
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<path>[^)#\s:]+)(?P<anchor>#[^)]*)?\)")
_FILE = re.compile(r"^<!-- file: (\S+) -->\n+```(\w*)$", re.MULTILINE)


def commands_page() -> str:
    """Return the help of every command as a page.

    >>> "## hpman sweep" in commands_page()
    True
    """
    from hpargparse.commands import hpcli, hpman

    parts = [
        "# Commands\n\nThe help of every command, as the command prints it.",
        f"## hpman\n\n```text\n{_help(hpman.main, ['-h'])}```",
    ]
    parts += [
        f"## hpman {name}\n\n```text\n{_help(hpman.main, [name, '-h'])}```"
        for name in hpman.COMMANDS
    ]
    parts.append(f"## hpcli\n\n```text\n{_help(hpcli.main, ['-h'])}```")
    return "\n\n".join(parts)


def checks_page() -> str:
    """Return the rules of `hpman check` as a page.

    >>> "## HPM202: undefined-name {#HPM202}" in checks_page()
    True
    """
    from hpargparse.check.registry import RULES

    head = (
        "# Codes of the check\n\n"
        "What `hpman check` reports. `hpman check --explain HPM202` prints the same in a terminal. "
        "[Find mistakes and changes](../guides/check.md) shows how to use the check."
    )
    parts = [
        f"## {rule.code}: {rule.name} {{#{rule.code}}}\n\n"
        f"*{rule.severity}.* {rule.summary} {' '.join(rule.why.split())}\n\n"
        f"Found:\n\n```python\n{rule.bad}\n```\n\nBetter:\n\n```python\n{rule.good}\n```"
        for rule in RULES.values()
    ]
    return "\n\n".join([head, *parts])


def _help(command: Callable[[list[str]], None], args: list[str]) -> str:
    """Return what a command prints in a terminal of 80 columns without colours."""
    output = io.StringIO()
    kept = {name: os.environ.get(name) for name in ("COLUMNS", "NO_COLOR")}
    os.environ.update(COLUMNS="80", NO_COLOR="1")
    try:
        with redirect_stdout(output), suppress(SystemExit):
            command(args)
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return output.getvalue()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in `docs`."""
    from mkdocs.structure.files import File

    pages = {uri: (CHECKOUT / path).read_text(encoding="utf-8") for path, uri in _PAGES.items()}
    pages["reference/commands.md"] = commands_page()
    pages["reference/checks.md"] = checks_page()
    for uri, text in pages.items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Rewrite the links of a page, and show the names of files above their blocks."""
    return for_site(markdown, page.file.src_uri)


def for_site(markdown: str, uri: str) -> str:
    """Return the text of a page of the site.

    Args:
        markdown: the text as it is in the repository.
        uri: the place of the page in the site.

    >>> for_site("[a](CONTRIBUTING.md#tests) [b](pyproject.toml)", "index.md")
    '[a](contributing.md#tests) b'
    >>> for_site("[a](../../examples/brief)", "guides/run.md")
    '[a](../examples/brief.md)'
    """
    parts = _FENCED.split(_FILE.sub(_titled, markdown))
    parts[::2] = [_LINK.sub(lambda match: _link(match, uri), part) for part in parts[::2]]
    return "".join(parts)


def _titled(match: re.Match[str]) -> str:
    """Show the name of a file as the title of its block."""
    return f'```{match[2] or "text"} title="{match[1]}"'


def _link(match: re.Match[str], uri: str) -> str:
    """Return a link to a page of the site, or its text if the site has no such page."""
    folder = posixpath.dirname(_PLACES.get(uri, f"docs/{uri}"))
    path = posixpath.normpath(posixpath.join(folder, match["path"]))
    target = _PAGES.get(path) or _PAGES.get(f"{path}/README.md")
    if target is None and path.startswith("docs/"):
        target = path.removeprefix("docs/")
    if target is None:
        return match["text"]
    relative = posixpath.relpath(target, posixpath.dirname(uri) or ".")
    return f"{match['image']}[{match['text']}]({relative}{match['anchor'] or ''})"


def on_post_build(config: MkDocsConfig) -> None:
    """Check that every link leads somewhere, and that no page loads anything from the network."""
    from mkdocs.exceptions import PluginError

    site = Path(config.site_dir)
    pages = {path: _Links(path.read_text(encoding="utf-8")) for path in site.glob("**/*.html")}
    del pages[site / "404.html"]  # only a server shows it, and its links are absolute
    faults = []
    for path, links in pages.items():
        for target in sorted(links.targets):
            fault = _fault(target, path, pages)
            if fault:
                faults.append(f"{path.relative_to(site)}: {target}: {fault}")
        faults += [f"{path.relative_to(site)}: loads {url}" for url in sorted(links.loaded)]
    if faults:
        raise PluginError("\n".join(faults))


def _fault(target: str, page: Path, pages: dict[Path, _Links]) -> str:
    """Return what is wrong with a link, if anything."""
    url = urlsplit(target)
    if url.scheme or url.netloc:
        return ""
    path = Path(os.path.normpath(page.parent / unquote(url.path))) if url.path else page
    if path.is_dir():
        path /= "index.html"
    if not path.exists():
        return "there is no such file"
    if url.fragment and path in pages and unquote(url.fragment) not in pages[path].anchors:
        return "there is no such place in the page"
    return ""


class _Links(HTMLParser):
    """The links and anchors of a page, and what it loads from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.anchors: set[str] = {"__skip", "__toc"}
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect from one tag."""
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        for name in ("href", "src"):
            if name in values:
                self.targets.add(values[name])
                if tag != "a" and urlsplit(values[name]).netloc:
                    self.loaded.add(values[name])

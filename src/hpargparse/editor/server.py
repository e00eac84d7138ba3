"""The language server: its documents, what it publishes, and what it sends, by pygls.

Owns URIs, positions in the units of the client, and when folders are checked. Must not know
what a client asks.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from hpman import Diagnostic, Index, Source, __version__
from hpman.programs import NotebookFile, decode, is_notebook, normalize_newlines

from ..check.registry import RULES, explain
from ..edits import Edit, Span, span_of
from ..rename.snapshots import is_snapshot
from . import answers
from .answers import Place, Target
from .places import Lines, column_after, contains, units
from .snapshots import Snapshots
from .workspace import Cell, OpenNotebook, Root, Workspace

_PAUSE = 0.1  # seconds without a change before sources are checked
_SLICE = 0.02  # seconds of a check before other requests are answered
_MOST_TYPED = 1 << 14  # characters of YAML that are read while somebody types
_SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}

# The cells with other languages too, because cells are counted among all.
_NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    [lsp.NotebookDocumentFilterWithNotebook("jupyter-notebook")], save=True
)


class _CellDocument(TextDocument):  # type: ignore[misc]
    """A cell. Editors send edits of cells in parts, whatever the server prefers."""

    @property
    def lines(self) -> list[str]:
        """The lines. `str.splitlines`, which pygls uses, splits at more characters."""
        return io.StringIO(self.source, newline="").readlines()


class Server(LanguageServer):  # type: ignore[misc]
    """A server, with the folders of its client."""

    def __init__(self) -> None:
        super().__init__(
            "hpman",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
            notebook_document_sync=_NOTEBOOKS,
        )
        self.folders: Workspace = Workspace([])
        self.notebooks: dict[str, OpenNotebook] = {}  # by path
        self.uris: dict[str, str] = {}  # of open texts, as the client spells them
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.is_watching: bool = False
        self.has_lenses: bool = False
        self._lines: dict[str, tuple[str, list[str]]] = {}
        self._files: dict[str, tuple[Source, NotebookFile, Lines]] = {}
        self._snapshots: dict[str, Snapshots] = {}
        self._problems: dict[str, str] = {}
        self._waiting: asyncio.Task[None] | None = None
        self._explanations: tempfile.TemporaryDirectory[str] | None = None

    # Paths and places

    @property
    def encoding(self) -> str:
        """The encoding whose units the client counts columns in."""
        encoding: str = self.workspace.position_encoding or "utf-16"
        return encoding

    def uri(self, path: str) -> str:
        """Return the URI of a path."""
        return self.uris.get(path) or uris.from_fs_path(path) or ""

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file as the client sees them; the code of an open notebook."""
        if path in self.notebooks:
            return self.notebooks[path].source.lines
        text = self.folders.texts.get(path)
        if text is None:
            try:
                with open(path, "rb") as file:
                    text = decode(file.read())
            except (OSError, ValueError):
                text = ""
        last, lines = self._lines.get(path, (None, []))
        if last != text:
            lines = normalize_newlines(text).split("\n")
            self._lines = {path: (text, lines)}
        return lines

    def document(self, uri: str) -> tuple[str, int] | None:
        """Return the path of a document, and the number of lines above it: of earlier cells."""
        for path, notebook in self.notebooks.items():
            if uri in notebook.above:
                return path, notebook.above[uri]
        path_of_file = path_of(uri)
        return None if path_of_file is None else (path_of_file, 0)

    def place(self, params: Any) -> tuple[str, int, int] | None:
        """Return the path, line and column of a request; None if it is not about a file."""
        document = self.document(params.text_document.uri)
        if document is None:
            return None
        path, above = document
        lines, line = self.lines(path), above + params.position.line
        text = lines[line] if line < len(lines) else ""
        return path, line + 1, column_after(text, params.position.character, self.encoding)

    def range(self, lines: Sequence[str], span: Span, above: int = 0) -> lsp.Range:
        """Return a span as a range of a document with some lines above it."""

        def position(line: int, column: int) -> lsp.Position:
            text = lines[line - 1] if line <= len(lines) else ""
            return lsp.Position(line - 1 - above, units(text[: column - 1], self.encoding))

        return lsp.Range(position(*span[:2]), position(*span[2:]))

    def locate(self, path: str, line: int) -> tuple[str, int]:
        """Return the URI of the document with a line, and the number of lines above it."""
        notebook = self.notebooks.get(path)
        return notebook.locate(line) if notebook else (self.uri(path), 0)

    def location(self, place: Place) -> lsp.Location:
        """Return a place as a location."""
        source, span = place.source, place.span
        uri, above = self.locate(source.path, span[0])
        if source.cell(1)[0] is None or source.path in self.notebooks:
            return lsp.Location(uri, self.range(source.lines, span, above))
        try:
            span = self._span_in_file(source, span)
        except (LookupError, TypeError, ValueError):  # the file is another one now
            span = 1, 1, 1, 1
        return lsp.Location(uri, self.range(self.lines(source.path), span))

    def _span_in_file(self, source: Source, span: Span) -> Span:
        """Return where a span of the code of a notebook is in its file."""
        parsed = self._files.get(source.path)
        if parsed is None or parsed[0] is not source:
            text = "\n".join(self.lines(source.path))
            parsed = self._files[source.path] = source, NotebookFile(text), Lines(text)
        _source, file, lines = parsed
        start, end = (file.offset(source, *place) for place in (span[:2], span[2:]))
        return *lines.place(start), *lines.place(end)

    # Folders

    def snapshots(self, root: Root) -> Snapshots:
        """Return the files of values of a folder."""
        snapshots = self._snapshots.get(root.folder)
        exclude = root.settings.exclude_globs
        if snapshots is None or snapshots.exclude != exclude:
            snapshots = Snapshots(root.folder, exclude, self.folders.texts)
            self._snapshots[root.folder] = snapshots
        return snapshots

    def refresh(self, paths: Iterable[str] = ()) -> None:
        """Look for changed files, and check soon."""
        for snapshots in self._snapshots.values():
            snapshots.refresh()
        self.folders.refresh(paths)
        self.check_soon()

    def read_keys(self) -> None:
        """Read the keys of open texts, so that they are known when a text cannot be read."""
        for path in filter(is_snapshot, self.uris):
            root = self.folders.root_of(path)
            if root.view.placeholders() and len(self.folders.texts[path]) < _MOST_TYPED:
                self.snapshots(root).keys(path)

    def target(self, place: tuple[str, int, int] | None) -> tuple[Root, Index, Target] | None:
        """Return the name at a place, its folder, and the facts of its program."""
        if place is None:
            return None
        path, line, column = place
        root = self.folders.root_of(path)
        index = root.program(path)
        target = None
        if is_snapshot(path):
            for key in self.snapshots(root).keys(path):
                if contains(key.span, line, column):
                    target = answers.target_of_key(index, key)
        else:
            target = answers.target_at(index, path, line, column)
        return (root, index, target) if target else None

    def edit(self, uri: str, text: str | None) -> None:
        """Take the text of a file; None if it is closed."""
        path = path_of(uri)
        if path is None:
            return
        if text is None:
            self.uris.pop(path, None)
        else:
            self.uris[path] = uri
        self.folders.edit(path, text)
        self.check_soon()

    def edit_notebook(self, uri: str) -> None:
        """Take the cells of a notebook, or note that it is closed."""
        path = path_of(uri, is_notebook)
        if path is None:
            return
        notebook = self.workspace.get_notebook_document(notebook_uri=uri)
        if notebook is None:
            self.notebooks.pop(path, None)
            self.folders.edit(path, None)
        else:
            self.notebooks[path] = OpenNotebook(path, [*map(self._cell, notebook.cells)])
            self.folders.edit(path, self.notebooks[path].text)
        self.check_soon()

    def _cell(self, cell: lsp.NotebookCell) -> Cell:
        documents, key = self.workspace.text_documents, unquote(cell.document)
        document = documents.get(key)
        if document is None:  # the client does not send cells of this language
            return Cell(cell.document, "", is_code=False)
        if not isinstance(document, _CellDocument):
            document = documents[key] = _CellDocument(
                document.uri,
                document.source,
                document.version,
                document.language_id,
                sync_kind=lsp.TextDocumentSyncKind.Incremental,
                position_codec=self.workspace.position_codec,
            )
        is_code = cell.kind == lsp.NotebookCellKind.Code and document.language_id == "python"
        return Cell(cell.document, document.source, is_code)

    # Findings

    def check_soon(self) -> None:
        """Check after a pause, unless something changes before."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().create_task(self._check())

    async def _check(self) -> None:
        await asyncio.sleep(_PAUSE)
        self.read_keys()
        checkers = [root.checker for root in self.folders.roots if root.checker]
        while not all(checker.prepare(_SLICE) for checker in checkers):  # noqa: ASYNC110 - requests
            await asyncio.sleep(0)
        self.check()

    def check(self) -> None:
        """Check all folders, and publish what has changed."""
        diagnostics: dict[str, list[lsp.Diagnostic]] = {}
        for root in self.folders.roots:
            if root.problem and self._problems.get(root.folder) != root.problem:
                message = lsp.ShowMessageParams(lsp.MessageType.Error, root.problem)
                self.window_show_message(message)
            self._problems[root.folder] = root.problem
            for finding in root.findings():
                if finding.path is not None:
                    uri, diagnostic = self.diagnostic(finding)
                    diagnostics.setdefault(uri, []).append(diagnostic)
        for uri in {**self.published, **diagnostics}:
            new = diagnostics.get(uri, [])
            if self.published.pop(uri, []) != new:
                self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, new))
        self.published = diagnostics

    def diagnostic(self, finding: Diagnostic) -> tuple[str, lsp.Diagnostic]:
        """Return a finding as a diagnostic, and the URI of its document."""
        place = answers.Place(finding.source or Source(finding.path or "", ""), _place_of(finding))
        location = self.location(place)
        related = [
            lsp.DiagnosticRelatedInformation(
                self.location(answers.Place(call.source, span_of(call))), call.call
            )
            for call in finding.related
        ]
        href = uris.from_fs_path(self._explanation(finding.code)) or ""
        return location.uri, lsp.Diagnostic(
            location.range,
            f"{finding.message}\n{finding.advice}",
            _SEVERITIES[finding.severity],
            finding.code,
            lsp.CodeDescription(href),
            "hpman",
            related_information=related or None,
        )

    def _explanation(self, code: str) -> str:
        """Return a file with the explanation of a rule."""
        if self._explanations is None:
            self._explanations = tempfile.TemporaryDirectory(prefix="hpman-")
        path = os.path.join(self._explanations.name, f"{code}.txt")
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(explain(RULES[code]))
        return path

    # Edits

    def workspace_edit(self, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
        """Return edits as the client can apply them: to the versions that it has."""
        by_uri: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            uri, above = self.locate(edit.path, edit.span[0])
            place = self.range(self.lines(edit.path), edit.span, above)
            by_uri.setdefault(uri, []).append(lsp.TextEdit(place, edit.new))
        workspace = self.client_capabilities.workspace
        capabilities = workspace.workspace_edit if workspace else None
        if not (capabilities and capabilities.document_changes):
            return lsp.WorkspaceEdit(by_uri)
        changes: list[Any] = []
        for uri, text_edits in sorted(by_uri.items()):
            document = self.workspace.text_documents.get(unquote(uri))
            version = document.version if document else None
            identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, version)
            changes.append(lsp.TextDocumentEdit(identifier, text_edits))
        return lsp.WorkspaceEdit(document_changes=changes)


def path_of(uri: str, is_expected: Callable[[str], bool] | None = None) -> str | None:
    """Return the path of a URI; None if it is not that of a source or a file of values."""
    path: str | None = uris.to_fs_path(uri) if uri.startswith("file:") else None
    is_expected = is_expected or (lambda path: path.endswith(".py") or is_snapshot(path))
    return os.path.normpath(path) if path and is_expected(path) else None


def _place_of(finding: Diagnostic) -> Span:
    """Return the place of a finding: at least one character."""
    line, column = finding.line or 1, finding.column or 1
    return line, column, finding.end_line or line, finding.end_column or column + 1

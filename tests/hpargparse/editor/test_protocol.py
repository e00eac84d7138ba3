"""One script of twelve steps, under the capabilities of three editors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hpargparse.editor.project import BROKEN, FILES, FIXED, write_project
from tests.notebooks import notebook

pytest.importorskip("pytest_lsp", reason="`nox -s editors` installs pytest-lsp")

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities, make_test_lsp_client

from hpargparse.editor.protocol import make_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CLIENTS = ("neovim@v0.10.0", "visual-studio-code@v1.65.2", "emacs@v29.1")
LIMIT = 90  # seconds for each answer


class Session:
    """A client, and the project that it has open."""

    def __init__(self, client: Any, root: Path, encoding: str) -> None:
        self.client = client
        self.unit = 4 if "32" in encoding else 2
        self.codec = "utf-32-le" if "32" in encoding else "utf-16-le"
        self.root = root
        self.texts: dict[str, str] = {}
        self.version = 0

    def uri(self, name: str) -> str:
        uri = (self.root / name.partition("#")[0]).as_uri()
        if "#" in name:  # a cell, as VS Code writes it
            uri = uri.replace("file://", "vscode-notebook-cell:") + f"#{name.partition('#')[2]}"
        return uri

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None) -> None:
        self.texts[name] = (self.root / name).read_text() if text is None else text
        item = lsp.TextDocumentItem(self.uri(name), "python", 0, self.texts[name])
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        self.texts[name] = text
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.version)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    def at(self, name: str, text: str, shift: int = 1) -> dict[str, Any]:
        """Return the parameters of a question about a place in a text."""
        before = self.texts[name][: self.texts[name].index(text) + shift]
        line = before.count("\n")
        column = len(before.rpartition("\n")[2].encode(self.codec)) // self.unit
        return {"text_document": self.document(name), "position": lsp.Position(line, column)}

    def shown(self, location: lsp.Location) -> tuple[str, str]:
        """Return the file of a location, and its text."""
        name = location.uri.rpartition("/")[2]
        text = self.texts.get(name) or (self.root / name).read_text()
        return name, self.part(text, location.range)

    def part(self, text: str, place: lsp.Range) -> str:
        return text[self.offset(text, place.start) : self.offset(text, place.end)]

    def offset(self, text: str, position: lsp.Position) -> int:
        lines = text.split("\n")
        above = sum(len(line) + 1 for line in lines[: position.line])
        row = lines[position.line].encode(self.codec)[: position.character * self.unit]
        return above + len(row.decode(self.codec))

    def applied(self, text: str, edits: list[Any]) -> str:
        places = [(self.offset(text, e.range.start), self.offset(text, e.range.end)) for e in edits]
        for (start, end), edit in sorted(
            zip(places, edits, strict=True), key=lambda row: row[0], reverse=True
        ):
            text = text[:start] + edit.new_text + text[end:]
        return text

    async def diagnostics(
        self, name: str, codes: list[str], about: str = ""
    ) -> list[lsp.Diagnostic]:
        """Wait until a file has exactly these findings, which are about something."""
        for _attempt in range(LIMIT * 20):
            found = self.client.diagnostics.get(self.uri(name), [])
            if [row.code for row in found] == codes and all(about in r.message for r in found):
                return list(found)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{name}: {found} instead of {codes}")


def _read(path: str) -> str:
    return Path(path).read_text()


def edits_of(edit: Any) -> dict[str, list[Any]]:
    if edit.changes is not None:
        return {uri.rpartition("/")[2]: rows for uri, rows in edit.changes.items()}
    return {row.text_document.uri.rpartition("/")[2]: row.edits for row in edit.document_changes}


def in_session(
    root: Path,
    client_name: str,
    script: Callable[[Session], Awaitable[None]],
    options: object = None,
) -> None:
    async def run() -> None:
        client = make_test_lsp_client()
        await client.start_io(sys.executable, "-m", "hpman", "lsp", cwd=str(root))
        params = lsp.InitializeParams(
            capabilities=client_capabilities(client_name),
            workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "project")],
            root_uri=root.as_uri(),
            initialization_options=options,
        )
        try:
            cells = lsp.NotebookDocumentSyncClientCapabilities()
            params.capabilities.notebook_document = lsp.NotebookDocumentClientCapabilities(cells)
            result = await asyncio.wait_for(client.initialize_session(params), LIMIT)
            encoding = str(result.capabilities.position_encoding)
            await asyncio.wait_for(script(Session(client, root, encoding)), LIMIT * 3)
            await asyncio.wait_for(client.shutdown_session(), LIMIT)
        finally:
            with contextlib.suppress(ProcessLookupError):
                client._server.kill()
            await asyncio.wait_for(client.stop(), LIMIT)

    asyncio.run(run())


@pytest.mark.slow
@pytest.mark.parametrize("client_name", CLIENTS)
def test_twelve_steps(tmp_path: Path, client_name: str) -> None:
    write_project(tmp_path)
    in_session(tmp_path, client_name, _twelve_steps)


async def _twelve_steps(session: Session) -> None:  # noqa: PLR0915 - one script
    client = session.client
    # 1. Open.
    session.open("net.py")
    session.open("train.py")
    # 2. Definition, from a use.
    params = lsp.DefinitionParams(**session.at("net.py", '"lr"'))
    found = await client.text_document_definition_async(params)
    assert [session.shown(row) for row in found] == [("train.py", '"lr"')]
    # 3. References.
    question = session.at("train.py", '"lr"')
    context = lsp.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(lsp.ReferenceParams(context, **question))
    assert [session.shown(row) for row in found] == [
        ("net.py", '"lr"'),
        ("net.py", '"lr"'),
        ("train.py", '"lr"'),
        ("run.json", '"lr"'),
        ("run.yaml", "lr"),
    ]
    # 4. Hover.
    hover = await client.text_document_hover_async(lsp.HoverParams(**question))
    assert hover.contents.value.startswith("**lr** = `1e-3` (float)\n\nstep size\n\n- ")
    assert "run.yaml:1: `0.01`" in hover.contents.value
    assert session.shown(lsp.Location(session.uri("train.py"), hover.range))[1] == '"lr"'
    # 5. Rename over Python, YAML and JSON.
    place = await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**question))
    assert place.placeholder == "lr"
    assert session.part(session.texts["train.py"], place.range) == "lr"
    edit = await client.text_document_rename_async(lsp.RenameParams(new_name="rate", **question))
    for name, edits in edits_of(edit).items():
        text = session.applied(session.texts.get(name) or (session.root / name).read_text(), edits)
        (session.root / name).write_text(text)
        assert text == FILES[name].replace('"lr"', '"rate"').replace("lr: ", "rate: ")
        if name in session.texts:
            session.change(name, text)
            document = session.document(name)
            client.text_document_did_save(lsp.DidSaveTextDocumentParams(document))
    assert {*edits_of(edit)} == {"train.py", "net.py", "run.yaml", "run.json"}
    client.workspace_did_change_watched_files(
        lsp.DidChangeWatchedFilesParams(
            [lsp.FileEvent(session.uri("run.yaml"), lsp.FileChangeType.Changed)]
        )
    )
    # 6. Completion in a line that cannot be parsed.
    good = session.texts["net.py"]
    session.change("net.py", good + BROKEN)
    params = lsp.CompletionParams(**session.at("net.py", BROKEN, len(BROKEN)))
    items = (await client.text_document_completion_async(params)).items
    assert [item.label for item in items][:1] == ["momentum"]
    assert items[0].text_edit.new_text == "momentum"
    # 7. Diagnostics.
    session.change("net.py", good + FIXED.replace("momentum", "momentun"))
    (diagnostic,) = await session.diagnostics("net.py", ["HPM202"], "momentun")
    assert session.part(session.texts["net.py"], diagnostic.range) == '_("momentun")'
    assert diagnostic.source == "hpman"
    # 8. A quick fix.
    params = lsp.CodeActionParams(
        session.document("net.py"), diagnostic.range, lsp.CodeActionContext([diagnostic])
    )
    actions = await client.text_document_code_action_async(params)
    assert [action.title for action in actions] == [
        "Use `momentum`",
        "Define `momentun` here, as None",
        "Silence HPM202 for this line",
    ]
    text = session.applied(session.texts["net.py"], edits_of(actions[0].edit)["net.py"])
    assert text == good + FIXED
    # 9. The diagnostic is gone.
    session.change("net.py", text)
    await session.diagnostics("net.py", [])
    # 10. Symbols.
    params = lsp.DocumentSymbolParams(session.document("train.py"))
    symbols = await client.text_document_document_symbol_async(params)
    assert [symbol.name for symbol in symbols] == ["rate", "momentum", "act"]
    search = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("mom"))
    assert [symbol.name for symbol in search] == ["momentum"]
    # 11. Inlay hints.
    every = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    params = lsp.InlayHintParams(session.document("net.py"), every)
    if client.capabilities.text_document.inlay_hint:
        hints = await client.text_document_inlay_hint_async(params)
        assert [hint.label for hint in hints] == ["= 1e-3", "= 0.9"]
    # 12. Close.
    for name in ("net.py", "train.py"):
        params = lsp.DidCloseTextDocumentParams(session.document(name))
        client.text_document_did_close(params)


@pytest.mark.slow
def test_a_rename_that_cannot_be_done(tmp_path: Path) -> None:
    write_project(tmp_path)

    async def script(session: Session) -> None:
        session.open("train.py")
        question = session.at("train.py", '"lr"')
        params = lsp.RenameParams(new_name="momentum", **question)
        with pytest.raises(JsonRpcException, match="`momentum` already exists"):
            await session.client.text_document_rename_async(params)
        session.change("train.py", session.texts["train.py"] + "_(")
        params = lsp.RenameParams(new_name="rate", **session.at("train.py", '"lr"'))
        with pytest.raises(JsonRpcException, match="never closed"):
            await session.client.text_document_rename_async(params)

    in_session(tmp_path, CLIENTS[0], script)


@pytest.mark.slow
def test_keys_of_a_file_of_values(tmp_path: Path) -> None:
    write_project(tmp_path)

    async def script(session: Session) -> None:
        session.open("run.yaml")
        question = session.at("run.yaml", "lr")
        params = lsp.DefinitionParams(**question)
        found = await session.client.text_document_definition_async(params)
        assert [session.shown(row) for row in found] == [("train.py", '"lr"')]
        session.change("run.yaml", "# values\nmom\n" + FILES["run.yaml"])
        question = session.at("run.yaml", "lr")
        found = await session.client.text_document_definition_async(
            lsp.DefinitionParams(**question)
        )
        assert [session.shown(row) for row in found] == [("train.py", '"lr"')]
        params = lsp.CompletionParams(**session.at("run.yaml", "mom", 3))
        items = (await session.client.text_document_completion_async(params)).items
        assert [item.label for item in items] == ["momentum"]
        params = lsp.RenameParams(new_name="rate", **question)
        with pytest.raises(JsonRpcException, match=r"run\.yaml:3: .*cannot be read"):
            await session.client.text_document_rename_async(params)
        session.change("run.yaml", "lr: 1\nact: ")
        params = lsp.CompletionParams(**session.at("run.yaml", "act: ", 5))
        items = (await session.client.text_document_completion_async(params)).items
        assert [item.label for item in items] == ["relu", "tanh"]

    in_session(tmp_path, CLIENTS[1], script)


@pytest.mark.slow
@pytest.mark.parametrize("client_name", CLIENTS)
def test_a_changed_file_and_settings(tmp_path: Path, client_name: str) -> None:
    write_project(tmp_path)

    async def script(session: Session) -> None:
        client = session.client

        def changed(name: str) -> None:
            event = lsp.FileEvent(session.uri(name), lsp.FileChangeType.Changed)
            client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))

        session.open("net.py")
        (session.root / "train.py").write_text("import net\n")
        changed("train.py")
        (row,) = await session.diagnostics("net.py", ["HPM202"])
        assert row.code_description.href.startswith("file:")
        explanation = _read(row.code_description.href.removeprefix("file://"))
        assert explanation.startswith("HPM202 undefined-name (error)")
        (session.root / "pyproject.toml").write_text("[tool.hpman]\nignore = ['HPM202']\n")
        changed("pyproject.toml")
        await session.diagnostics("net.py", [])
        (session.root / "pyproject.toml").write_text("[tool.hpman]\nignored = ['HPM202']\n")
        changed("pyproject.toml")
        await session.diagnostics("net.py", ["HPM202"])
        assert "`ignored` is not a setting" in client.messages[-1].message

    in_session(tmp_path, client_name, script)


@pytest.mark.slow
def test_other_documents_are_left_alone(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "a.txt").write_text("lr")

    async def script(session: Session) -> None:
        session.open("a.txt")
        params = lsp.HoverParams(**session.at("a.txt", "lr"))
        assert await session.client.text_document_hover_async(params) is None
        params = lsp.CompletionParams(**session.at("a.txt", "lr"))
        assert not (await session.client.text_document_completion_async(params)).items
        document = session.document("a.txt")
        params = lsp.DocumentSymbolParams(document)
        assert not await session.client.text_document_document_symbol_async(params)
        session.open("train.py")
        params = lsp.DefinitionParams(**session.at("train.py", "import"))
        assert not await session.client.text_document_definition_async(params)

    in_session(tmp_path, CLIENTS[1], script)


@pytest.mark.slow
def test_highlights_folders_and_places_without_a_name(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "other").mkdir()
    write_project(tmp_path / "other")

    async def script(session: Session) -> None:
        client = session.client
        session.open("net.py")
        question = session.at("net.py", '"lr"')
        params = lsp.DocumentHighlightParams(**question)
        found = await client.text_document_document_highlight_async(params)
        text = session.texts["net.py"]
        assert [session.part(text, row.range) for row in found] == ['"lr"', '"lr"']
        nowhere = session.at("net.py", "import")
        assert not await client.text_document_document_highlight_async(
            lsp.DocumentHighlightParams(**nowhere)
        )
        context = lsp.ReferenceContext(include_declaration=True)
        params = lsp.ReferenceParams(context=context, **nowhere)
        assert not await client.text_document_references_async(params)
        assert await client.text_document_hover_async(lsp.HoverParams(**nowhere)) is None
        params = lsp.PrepareRenameParams(**nowhere)
        assert await client.text_document_prepare_rename_async(params) is None
        params = lsp.RenameParams(new_name="rate", **nowhere)
        assert await client.text_document_rename_async(params) is None
        added = lsp.WorkspaceFolder((tmp_path / "other").as_uri(), "other")
        event = lsp.WorkspaceFoldersChangeEvent([added], [])
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        session.open("other/net.py", f"{text}_(")
        await session.diagnostics("other/net.py", ["HPM001"])

    in_session(tmp_path, CLIENTS[2], script)


CELLS = {
    "nb.ipynb#W0%3D": "# Title, _('lr')",
    "nb.ipynb#W1%3D": "from hpman.m import _\n!ls\n'\x0c😀', _('lr', 1e-3, help='step')",
    "nb.ipynb#W2%3D": "%time 1\n_('lr'), _('width')",
    "nb.ipynb#W3%3D": "",
}
TITLE, FIRST, SECOND, LAST = CELLS


class Notebook:
    """A notebook that a client has open."""

    def __init__(self, session: Session) -> None:
        self.session, self.uri = session, session.uri("nb.ipynb")
        self.version = 0
        session.texts |= CELLS
        cells = [self.cell(name) for name in [*CELLS, "nb.ipynb#W9%3D"]]
        document = lsp.NotebookDocument(self.uri, "jupyter-notebook", 0, cells)
        items = [self.item(name) for name in CELLS]
        session.client.notebook_document_did_open(
            lsp.DidOpenNotebookDocumentParams(document, items)
        )

    def cell(self, name: str) -> lsp.NotebookCell:
        kind = lsp.NotebookCellKind.Markup if name == TITLE else lsp.NotebookCellKind.Code
        return lsp.NotebookCell(kind, self.session.uri(name))

    def item(self, name: str) -> lsp.TextDocumentItem:
        language = "markdown" if name == TITLE else "python"
        return lsp.TextDocumentItem(self.session.uri(name), language, 0, self.session.texts[name])

    def change(self, **changes: Any) -> None:
        self.version += 1
        document = lsp.VersionedNotebookDocumentIdentifier(self.version, self.uri)
        change = lsp.NotebookDocumentChangeEvent(cells=lsp.NotebookDocumentCellChanges(**changes))
        self.session.client.notebook_document_did_change(
            lsp.DidChangeNotebookDocumentParams(document, change)
        )

    def type(self, name: str, old: str, new: str) -> None:
        """Replace a part of a cell, as editors do it."""
        session, start = self.session, self.session.at(name, old, 0)["position"]
        end = session.at(name, old, len(old))["position"]
        session.texts[name] = session.texts[name].replace(old, new, 1)
        document = lsp.VersionedTextDocumentIdentifier(self.version + 1, session.uri(name))
        part = lsp.TextDocumentContentChangePartial(lsp.Range(start, end), new)
        self.change(text_content=[lsp.NotebookDocumentCellContentChanges(document, [part])])

    def splice(self, start: int, count: int, name: str = "") -> None:
        """Insert a cell, or delete some."""
        new = [name] if name else []
        array = lsp.NotebookCellArrayChange(start, count, [*map(self.cell, new)])
        items = [*map(self.item, new)]
        self.change(structure=lsp.NotebookDocumentCellChangeStructure(array, items))


@pytest.mark.slow
@pytest.mark.parametrize("client_name", CLIENTS)
def test_cells_of_a_notebook(tmp_path: Path, client_name: str) -> None:
    (tmp_path / "a.py").write_text("from hpman.m import _\n_('width', 3), _('lr'), _('depth')\n")
    (tmp_path / "nb.ipynb").write_bytes(notebook())
    closed = notebook("1", "from hpman.m import _\n'\\\\😀', _('depth', 3)")
    (tmp_path / "closed.ipynb").write_bytes(closed)
    in_session(tmp_path, client_name, _cells)


async def _cells(session: Session) -> None:  # noqa: PLR0915 - one script
    client = session.client
    notebook = Notebook(session)
    session.open("a.py")
    # Places are in cells.
    question = session.at(SECOND, "'lr'")
    found = await client.text_document_definition_async(lsp.DefinitionParams(**question))
    assert [session.shown(row) for row in found] == [(FIRST, "'lr'")]
    context = lsp.ReferenceContext(include_declaration=True)
    params = lsp.ReferenceParams(context, **session.at("a.py", "'lr'"))
    found = await client.text_document_references_async(params)
    names = ("a.py", FIRST, SECOND)
    assert [session.shown(row) for row in found] == [(name, "'lr'") for name in names]
    hover = await client.text_document_hover_async(lsp.HoverParams(**question))
    assert "defined at nb.ipynb:cell 2:3" in hover.contents.value
    assert session.part(session.texts[SECOND], hover.range) == "'lr'"
    params = lsp.DocumentHighlightParams(**question)
    found = await client.text_document_document_highlight_async(params)
    assert [session.part(session.texts[SECOND], row.range) for row in found] == ["'lr'"]
    for name, expected in ((FIRST, ["lr"]), (SECOND, [])):
        params = lsp.DocumentSymbolParams(session.document(name))
        symbols = await client.text_document_document_symbol_async(params)
        assert [symbol.name for symbol in symbols] == expected
    every = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    hints = {
        name: await client.text_document_inlay_hint_async(
            lsp.InlayHintParams(session.document(name), every)
        )
        for name in (FIRST, SECOND)
    }
    assert not hints[FIRST]
    assert [(row.position.line, row.label) for row in hints[SECOND]] == [(1, "= 1e-3"), (1, "= 3")]
    assert (
        await client.text_document_hover_async(lsp.HoverParams(**session.at(TITLE, "'lr'"))) is None
    )
    # A notebook that is not open has places in its file.
    params = lsp.DefinitionParams(**session.at("a.py", "'depth'"))
    found = await client.text_document_definition_async(params)
    assert [session.shown(row) for row in found] == [("closed.ipynb", "'depth'")]
    # Complete in a line that cannot be parsed.
    session.texts[LAST] = ""
    notebook.splice(3, 1, LAST)
    notebook.type(LAST, "", "x = [_('wi")
    params = lsp.CompletionParams(**session.at(LAST, "_('wi", 5))
    (item,) = (await client.text_document_completion_async(params)).items
    assert (item.text_edit.new_text, item.text_edit.range.start) == ("width", lsp.Position(0, 8))
    await session.diagnostics(LAST, ["HPM001"])
    # Findings and fixes.
    notebook.type(LAST, "x = [_('wi", "\n_('widht')")
    (diagnostic,) = await session.diagnostics(LAST, ["HPM202"])
    assert session.part(session.texts[LAST], diagnostic.range) == "_('widht')"
    params = lsp.CodeActionParams(
        session.document(LAST), diagnostic.range, lsp.CodeActionContext([diagnostic])
    )
    actions = await client.text_document_code_action_async(params)
    assert actions[0].title == "Use `width`"
    assert edits_of(actions[0].edit)[LAST][0].new_text == "'width'"
    params.text_document = session.document(FIRST)
    assert not await client.text_document_code_action_async(params)
    notebook.type(LAST, "widht", "width")
    await session.diagnostics(LAST, [])
    # Rename.
    params = lsp.RenameParams(new_name="rate", **question)
    edits = edits_of(await client.text_document_rename_async(params))
    assert {*edits} == {"a.py", FIRST, SECOND}
    for name, rows in edits.items():
        text = session.applied(session.texts[name], rows)
        assert text == session.texts[name].replace("'lr'", "'rate'")
    # Insert and delete cells.
    session.texts["nb.ipynb#W4%3D"] = "\n_('dept')"
    notebook.splice(0, 0, "nb.ipynb#W4%3D")
    await session.diagnostics("nb.ipynb#W4%3D", ["HPM202"])
    notebook.splice(0, 1)
    await session.diagnostics("nb.ipynb#W4%3D", [])
    notebook.type(FIRST, "_('lr', 1e-3, help='step')", "1")
    notebook.type(LAST, "width", "widht")
    await session.diagnostics("a.py", ["HPM202"])
    await session.diagnostics(LAST, ["HPM202"])
    # Close.
    client.notebook_document_did_save(
        lsp.DidSaveNotebookDocumentParams(lsp.NotebookDocumentIdentifier(notebook.uri))
    )
    items = [lsp.TextDocumentIdentifier(session.uri(name)) for name in CELLS]
    client.notebook_document_did_close(
        lsp.DidCloseNotebookDocumentParams(lsp.NotebookDocumentIdentifier(notebook.uri), items)
    )
    await session.diagnostics(LAST, [])
    other = lsp.NotebookDocument("untitled:x.ipynb", "jupyter-notebook", 0, [])
    client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(other, []))
    assert await client.text_document_hover_async(lsp.HoverParams(**question)) is None


@pytest.mark.slow
@pytest.mark.parametrize("options", [None, {"lenses": True}])
def test_lenses_are_off_unless_asked_for(tmp_path: Path, options: object) -> None:
    write_project(tmp_path)

    async def script(session: Session) -> None:
        session.open("train.py", FILES["train.py"] + "x = [_('momentum')]\n")
        params = lsp.CodeLensParams(session.document("train.py"))
        lenses = await session.client.text_document_code_lens_async(params)
        shown = [
            (session.part(session.texts["train.py"], row.range), row.command.title)
            for row in lenses
        ]
        assert shown == ([('"lr"', "2 uses"), ('"momentum"', "1 use")] if options else [])

    in_session(tmp_path, CLIENTS[1], script, options)


def _write_other_folders(root: Path) -> list[Path]:
    """Write folders that do not use hpman, and return one file of each."""
    for name in ("empty", "plain", "c", "broken"):
        (root / name).mkdir()
    (root / "plain" / "a.py").write_text("from gettext import gettext as _\nprint(_('x', 1))\n")
    (root / "c" / "a.c").write_text("int _(int x) { return x; }\n")
    (root / "broken" / "a.py").write_text("def f(:\n")
    (root / "broken" / "b.py").write_bytes(b"\xff_('a')")
    (root / "broken" / "c.yaml").write_text("a: [\n")
    (root / "broken" / "d.py").symlink_to("nowhere")
    (root / "broken" / "loop").symlink_to(root / "broken")
    (root / "broken" / "locked").mkdir(0)
    files = ("empty/new.py", "plain/a.py", "c/a.c", "broken/a.py", "broken/c.yaml")
    return [*(root / name for name in files), Path(os.__file__)]


@pytest.mark.slow
def test_other_projects_are_left_alone(tmp_path: Path) -> None:
    files = _write_other_folders(tmp_path)

    async def script(session: Session) -> None:
        client = session.client
        added = [lsp.WorkspaceFolder(file.parent.as_uri(), "other") for file in files]
        event = lsp.WorkspaceFoldersChangeEvent(added, [])
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        for file in files:
            session.open(str(file), file.read_text() if file.exists() else "_(")
        params = lsp.HoverParams(session.document(str(files[0])), lsp.Position(0, 0))
        assert await client.text_document_hover_async(params) is None
        await asyncio.sleep(1)
        assert [rows for rows in client.diagnostics.values() if rows] == []
        assert client.messages == client.log_messages == []
        ticks, kilobytes = _cost(client._server.pid)
        assert kilobytes < 120_000
        await asyncio.sleep(1)
        assert _cost(client._server.pid)[0] <= ticks + 1

    in_session(tmp_path / "empty", CLIENTS[1], script)


def _cost(pid: int) -> tuple[int, int]:
    """Return the processor time of a process in ticks, and its memory in kB; 0 if unknown."""
    folder = Path(f"/proc/{pid}")
    if not folder.exists():
        return 0, 0
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    (memory,) = re.findall(r"VmRSS:\s*(\d+) kB", (folder / "status").read_text())
    return int(fields[11]) + int(fields[12]), int(memory)


def test_a_refused_rename_is_not_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    make_server()
    logger = logging.getLogger("pygls.protocol.json_rpc")
    for error in (JsonRpcException("`momentum` already exists"), ValueError("unexpected")):
        logger.error("failed", exc_info=error)
    assert [row.exc_info[0] for row in caplog.records if row.exc_info] == [ValueError]

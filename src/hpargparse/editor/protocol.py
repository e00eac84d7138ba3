"""The requests of editors, and how they are answered.

Owns which requests there are. This module and `server` are the only ones that know pygls.
"""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException

from hpman import HpmanError, Index, Occurrence
from hpman.text import display_path, truncate

from ..edits import span_of
from ..rename.snapshots import key_test
from . import answers
from .answers import Target
from .completion import MOST, complete
from .edits import fixes, rename
from .server import Server
from .snapshots import Key
from .workspace import Root, Workspace

_FAILED = -32803  # RequestFailed
_WATCHED = ("**/*.py", "**/*.ipynb", "**/*.yaml", "**/*.yml", "**/*.json", "**/pyproject.toml")
_KINDS = {
    "name": lsp.CompletionItemKind.Constant,
    "hint": lsp.CompletionItemKind.Keyword,
    "value": lsp.CompletionItemKind.EnumMember,
}


def make_server() -> Server:
    """Return a server that has not started."""
    server = Server()
    for method, (answer, *options) in _FEATURES.items():
        server.feature(method, *options)(answer)
    # A refused rename is an answer: pygls must not log it as an error.
    logging.getLogger("pygls.protocol.json_rpc").addFilter(
        lambda record: not (record.exc_info and isinstance(record.exc_info[1], JsonRpcException))
    )
    return server


# What the client opens, changes and saves. pygls passes the server as `ls`.


def _initialize(ls: Server, params: lsp.InitializeParams) -> None:
    options = params.initialization_options
    ls.has_lenses = isinstance(options, dict) and options.get("lenses") is True


def _initialized(ls: Server, _params: lsp.InitializedParams) -> None:
    folders = [path for uri in ls.workspace.folders if (path := uris.to_fs_path(uri))]
    root = ls.workspace.root_path
    ls.folders = Workspace(folders or ([root] if root else []))
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching and watching.dynamic_registration:
        ls.is_watching = True
        watchers = [lsp.FileSystemWatcher(glob) for glob in _WATCHED]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = lsp.Registration("hpman-files", method, options)
        ls.client_register_capability(lsp.RegistrationParams([registration]))


def _open(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    ls.edit(params.text_document.uri, params.text_document.text)


def _change(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    ls.edit(uri, ls.workspace.get_text_document(uri).source)


def _close(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.edit(params.text_document.uri, None)


def _take_notebook(
    ls: Server,
    params: lsp.DidOpenNotebookDocumentParams
    | lsp.DidChangeNotebookDocumentParams
    | lsp.DidCloseNotebookDocumentParams,
) -> None:
    ls.edit_notebook(params.notebook_document.uri)


def _save_notebook(ls: Server, params: lsp.DidSaveNotebookDocumentParams) -> None:
    if not ls.is_watching:
        ls.refresh([uris.to_fs_path(params.notebook_document.uri) or ""])


def _save(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    if not ls.is_watching:  # other programs may have written files, too
        ls.refresh([uris.to_fs_path(params.text_document.uri) or ""])


def _changed_files(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
    ls.refresh([uris.to_fs_path(change.uri) or "" for change in params.changes])


def _change_folders(ls: Server, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    added, removed = (
        [path for folder in folders if (path := uris.to_fs_path(folder.uri))]
        for folders in (params.event.added, params.event.removed)
    )
    ls.folders.change_folders(added, removed)
    ls.check_soon()


# Questions about the name at a place


def _definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
    at_cursor = ls.target(ls.place(params))
    places = answers.definitions(*at_cursor[1:]) if at_cursor else []
    return [ls.location(place) for place in places]


def _references(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
    at_cursor = ls.target(ls.place(params))
    if at_cursor is None:
        return []
    with_definitions = params.context.include_declaration
    places = answers.references(*at_cursor[1:], with_definitions=with_definitions)
    places += (answers.Place(key.source, key.span) for key in _keys(ls, *at_cursor))
    return [ls.location(place) for place in places]


def _highlight(ls: Server, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
    at_cursor = ls.target(ls.place(params))
    if at_cursor is None:
        return []
    path, uri = at_cursor[2].place.source.path, ls.location(at_cursor[2].place).uri
    places = (place for place in answers.references(*at_cursor[1:]) if place.source.path == path)
    locations = map(ls.location, places)
    return [lsp.DocumentHighlight(one.range) for one in locations if one.uri == uri]  # of the cell


def _hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    at_cursor = ls.target(ls.place(params))
    if at_cursor is None:
        return None
    text = answers.hover(*at_cursor[1:], _keys(ls, *at_cursor))
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
    return lsp.Hover(content, ls.location(at_cursor[2].place).range)


def _keys(ls: Server, root: Root, index: Index, target: Target) -> list[Key]:
    """Return the keys with a name in the files of values of a folder."""
    path, is_key = target.place.source.path, key_test(index, target.placeholder)
    return [*ls.snapshots(root).keys_named(target.name, path, is_key)]


def _complete(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
    place = ls.place(params)
    if place is None:
        return lsp.CompletionList(is_incomplete=False, items=[])
    path, line, column = place
    lines, above = ls.lines(path), ls.locate(path, line)[1]
    index = ls.folders.root_of(path).program(path)
    choices = complete(index, path, "\n".join(lines), line, column)
    # All items replace the same characters.
    range_ = ls.range(lines, choices[0].span, above) if choices else None
    items = [
        lsp.CompletionItem(
            item.text,
            kind=_KINDS[item.kind],
            detail=item.detail,
            documentation=item.help or None,
            sort_text=f"{number:05}",
            filter_text=item.text,
            text_edit=range_ and lsp.TextEdit(range_, item.text),
        )
        for number, item in enumerate(choices)
    ]
    return lsp.CompletionList(is_incomplete=len(items) >= MOST, items=items)


# Lists of names


def _symbols(
    ls: Server, params: lsp.DocumentSymbolParams
) -> list[lsp.DocumentSymbol] | list[lsp.SymbolInformation]:
    calls = _definitions_in(ls, params)
    documents = ls.client_capabilities.text_document
    symbol = documents.document_symbol if documents else None
    if not (symbol and symbol.hierarchical_document_symbol_support):
        return [_information(ls, call) for call in calls]
    return [
        lsp.DocumentSymbol(
            call.name or "(empty)",
            lsp.SymbolKind.Constant,
            ls.location(answers.Place(call.source, span_of(call))).range,
            ls.location(answers.name_place(call)).range,
            detail=_detail(call),
        )
        for call in calls
    ]


def _definitions_in(
    ls: Server, params: lsp.DocumentSymbolParams | lsp.CodeLensParams
) -> list[Occurrence]:
    """Return the calls that define names in a document, which may be a cell."""
    document = ls.document(params.text_document.uri)
    if document is None:
        return []
    path, above = document
    calls = answers.symbols(ls.folders.root_of(path).view, path)
    return [call for call in calls if ls.locate(path, call.line)[1] == above]


def _search(ls: Server, params: lsp.WorkspaceSymbolParams) -> list[lsp.SymbolInformation]:
    return [
        _information(ls, call)
        for root in ls.folders.roots
        for call in answers.find_symbols(root.view, params.query)
    ]


def _information(ls: Server, call: Occurrence) -> lsp.SymbolInformation:
    location, kind = ls.location(answers.name_place(call)), lsp.SymbolKind.Constant
    return lsp.SymbolInformation(
        location, call.name or "(empty)", kind, container_name=_detail(call)
    )


def _detail(call: Occurrence) -> str:
    return truncate(" ".join((call.text or "no default").split()))


def _inlays(ls: Server, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
    document = ls.document(params.text_document.uri)
    if document is None:
        return []
    path, above = document
    first, last = (above + place.line + 1 for place in (params.range.start, params.range.end))
    index = ls.folders.root_of(path).program(path)
    return [
        lsp.InlayHint(
            ls.range(call.source.lines, (call.end_line, call.end_column) * 2, above).start,
            f"= {default}",
            kind=lsp.InlayHintKind.Parameter,
            padding_left=True,
        )
        for call, default in answers.inlays(index, path, first, last)
        if ls.locate(path, call.end_line)[1] == above  # in the same cell
    ]


def _lenses(ls: Server, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    calls = _definitions_in(ls, params) if ls.has_lenses else []
    index = ls.folders.root_of(calls[0].path).program(calls[0].path) if calls else Index()
    lenses = []
    for call in calls:
        target = Target(call.placeholder, call.name, answers.name_place(call))
        uses = len(answers.references(index, target, with_definitions=False))
        if uses:
            command = lsp.Command("1 use" if uses == 1 else f"{uses} uses", "")
            lenses.append(lsp.CodeLens(ls.location(target.place).range, command))
    return lenses


# Edits


def _prepare(ls: Server, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    at_cursor = ls.target(ls.place(params))
    if at_cursor is None:
        return None
    target = at_cursor[2]
    line, column, end_line, end_column = target.place.span
    text = target.place.source.between(*target.place.span)
    if line == end_line and len(text) > 1 and text[0] in "'\"" and text[0] == text[-1]:
        column, end_column = column + 1, end_column - 1  # without the quotes
    inner = target.place.replace(span=(line, column, end_line, end_column))
    return lsp.PrepareRenamePlaceholder(ls.location(inner).range, target.name)


def _rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    place = ls.place(params)
    if place is not None:
        ls.refresh()
    at_cursor = ls.target(place)
    if at_cursor is None:
        return None
    root, index, target = at_cursor
    try:
        edits = rename(index, target, params.new_name.strip("\"'"), ls.snapshots(root))
    except HpmanError as error:
        problem = error.diagnostics[0]
        parts = (
            problem.place and f"{display_path(problem.place)}:",
            problem.message,
            problem.advice,
        )
        raise JsonRpcException(" ".join(filter(None, parts)), _FAILED) from None
    return ls.workspace_edit(edits)


def _fix(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    document, only = ls.document(params.text_document.uri), params.context.only
    kind = lsp.CodeActionKind.QuickFix
    if document is None or (only and not any(kind.startswith(other) for other in only)):
        return []
    path, above = document
    root, (first, last) = ls.folders.root_of(path), (params.range.start, params.range.end)
    findings = [
        (finding, diagnostic)
        for finding in root.findings()
        if finding.path == path
        and ls.locate(path, finding.line or 1)[1] == above  # in the same cell
        and (diagnostic := ls.diagnostic(finding)[1]).range.start.line <= last.line
        and diagnostic.range.end.line >= first.line
    ]
    return [
        lsp.CodeAction(
            fix.title,
            kind,
            [diagnostic],
            is_preferred=fix.is_best or None,
            edit=ls.workspace_edit(fix.edits),
        )
        for finding, diagnostic in findings
        for fix in fixes(root.program(path), finding, ls.folders.texts)
    ]


_FEATURES: dict[str, tuple[Any, ...]] = {
    lsp.INITIALIZE: (_initialize,),
    lsp.INITIALIZED: (_initialized,),
    lsp.TEXT_DOCUMENT_DID_OPEN: (_open,),
    lsp.TEXT_DOCUMENT_DID_CHANGE: (_change,),
    lsp.TEXT_DOCUMENT_DID_CLOSE: (_close,),
    lsp.TEXT_DOCUMENT_DID_SAVE: (_save,),
    lsp.NOTEBOOK_DOCUMENT_DID_OPEN: (_take_notebook,),
    lsp.NOTEBOOK_DOCUMENT_DID_CHANGE: (_take_notebook,),
    lsp.NOTEBOOK_DOCUMENT_DID_CLOSE: (_take_notebook,),
    lsp.NOTEBOOK_DOCUMENT_DID_SAVE: (_save_notebook,),
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_changed_files,),
    lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (_change_folders,),
    lsp.TEXT_DOCUMENT_DEFINITION: (_definition,),
    lsp.TEXT_DOCUMENT_REFERENCES: (_references,),
    lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (_highlight,),
    lsp.TEXT_DOCUMENT_HOVER: (_hover,),
    lsp.TEXT_DOCUMENT_COMPLETION: (
        _complete,
        lsp.CompletionOptions(trigger_characters=['"', "'", "."]),
    ),
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (_symbols,),
    lsp.WORKSPACE_SYMBOL: (_search,),
    lsp.TEXT_DOCUMENT_INLAY_HINT: (_inlays,),
    lsp.TEXT_DOCUMENT_CODE_LENS: (_lenses,),
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: (_prepare,),
    lsp.TEXT_DOCUMENT_RENAME: (_rename, lsp.RenameOptions(prepare_provider=True)),
    lsp.TEXT_DOCUMENT_CODE_ACTION: (
        _fix,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]),
    ),
}

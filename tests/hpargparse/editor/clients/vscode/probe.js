// The twelve steps in VS Code: an extension that asks as the editor itself asks. It writes what
// happened to HPMAN_RESULT.
const assert = require("assert");
const { readFileSync, writeFileSync } = require("fs");
const path = require("path");
const vscode = require("vscode");

const LIMIT = 60000; // milliseconds
const ALL = new vscode.Range(0, 0, 99, 0);
const ask = vscode.commands.executeCommand;
const root = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const uri = (name) => vscode.Uri.file(path.join(root(), name));
const nameOf = (location) => path.basename((location.uri ?? location.targetUri).fsPath);

async function wait(what, condition) {
  for (const end = Date.now() + LIMIT; Date.now() < end; ) {
    const found = await condition();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited for ${what}`);
}

async function open(name) {
  const document = await vscode.workspace.openTextDocument(uri(name));
  return vscode.window.showTextDocument(document, { preview: false });
}

const at = (document, text) => document.positionAt(document.getText().indexOf(text) + 1);
const last = (document) => document.lineAt(document.lineCount - 1).range;

async function replace(editor, range, text) {
  assert(await editor.edit((edit) => edit.replace(range, text)));
}

// Documents that are not shown yet become tabs a moment after an edit.
async function save() {
  await wait("the documents to be saved", async () => {
    await vscode.workspace.saveAll();
    return !vscode.workspace.textDocuments.some((document) => document.isDirty);
  });
}

async function steps() {
  // 1. Open.
  let editor = await open("net.py");
  let document = editor.document;
  // 2. Definition from a use.
  const definition = () => ask("vscode.executeDefinitionProvider", uri("net.py"), at(document, '"lr"'));
  const found = await wait("the definition", async () => {
    const rows = await definition();
    return rows.length && rows;
  });
  assert.deepStrictEqual(found.map(nameOf), ["train.py"]);
  // 3. References.
  document = (await open("train.py")).document;
  const place = at(document, '"lr"');
  const references = await ask("vscode.executeReferenceProvider", document.uri, place);
  const names = references.map(nameOf).sort();
  assert.deepStrictEqual(names, ["net.py", "net.py", "run.json", "run.yaml", "train.py"]);
  // 4. Hover.
  const hovers = await ask("vscode.executeHoverProvider", document.uri, place);
  const shown = hovers.map((hover) => hover.contents.map((part) => part.value).join("\n")).join();
  assert(shown.includes("step size") && shown.includes("run.yaml:1: `0.01`"), shown);
  assert.strictEqual(document.getText(hovers[0].range), '"lr"');
  // 5. Rename over Python, YAML and JSON.
  const edit = await ask("vscode.executeDocumentRenameProvider", document.uri, place, "rate");
  assert(await vscode.workspace.applyEdit(edit));
  await save();
  for (const name of ["train.py", "net.py", "run.yaml", "run.json"]) {
    const text = readFileSync(uri(name).fsPath, "utf8");
    assert(text.includes("rate") && !text.includes('"lr"') && !text.includes("lr: "), text);
  }
  // 6. Completion in a line that cannot be parsed.
  editor = await open("net.py");
  document = editor.document;
  await replace(editor, last(document), 'x = [_("mo');
  const end = last(document).end;
  const list = await ask("vscode.executeCompletionItemProvider", document.uri, end);
  const item = list.items.find((row) => row.label === "momentum");
  assert.strictEqual(item?.detail, "0.9");
  // 7. Diagnostics.
  await replace(editor, last(document), 'x = _("momentun")\n');
  const diagnostics = () => vscode.languages.getDiagnostics(document.uri);
  const findings = () => diagnostics().filter((row) => row.code.value === "HPM202");
  const [diagnostic] = await wait("a diagnostic", () => findings().length && findings());
  assert.strictEqual(document.getText(diagnostic.range), '_("momentun")');
  // 8. A quick fix.
  const actions = await ask("vscode.executeCodeActionProvider", document.uri, diagnostic.range);
  const best = actions.find((action) => action.isPreferred);
  assert.strictEqual(best?.title, "Use `momentum`");
  assert(await vscode.workspace.applyEdit(best.edit));
  assert(document.getText().endsWith('x = _("momentum")\n'), document.getText());
  // 9. The diagnostic is gone.
  await wait("no diagnostic", () => !diagnostics().length);
  // 10. Symbols.
  const symbols = await ask("vscode.executeDocumentSymbolProvider", uri("train.py"));
  assert.deepStrictEqual(symbols.map((row) => row.name), ["rate", "momentum", "act"]);
  const search = await ask("vscode.executeWorkspaceSymbolProvider", "mom");
  assert.deepStrictEqual(search.map((row) => row.name), ["momentum"]);
  // 11. Inlay hints, and lenses, which the settings turn on.
  const hints = await ask("vscode.executeInlayHintProvider", document.uri, ALL);
  assert.deepStrictEqual(hints.map((hint) => hint.label), ["= 1e-3", "= 0.9"]);
  const lenses = await ask("vscode.executeCodeLensProvider", uri("train.py"));
  assert.deepStrictEqual(lenses.map((lens) => lens.command.title), ["2 uses", "1 use"]);
  // 12. Close.
  await save();
  await ask("workbench.action.closeAllEditors");
  return "twelve steps\n";
}

// A notebook, in which each cell is a document.
async function cells() {
  const notebook = await vscode.workspace.openNotebookDocument(uri("nb.ipynb"));
  await vscode.window.showNotebookDocument(notebook);
  const [, first, second] = notebook.getCells().map((cell) => cell.document);
  const place = at(second, '"width"');
  const found = await wait("the definition in a cell", async () => {
    const rows = await ask("vscode.executeDefinitionProvider", second.uri, place);
    return rows.length && rows;
  });
  const [target] = found.map((row) => [String(row.uri ?? row.targetUri), row.range ?? row.targetRange]);
  assert.strictEqual(target[0], String(first.uri));
  assert.strictEqual(first.getText(target[1]), '"width"');
  const hints = await ask("vscode.executeInlayHintProvider", second.uri, ALL);
  assert.deepStrictEqual(hints.map((hint) => hint.label), ["= 3"]);
  // Edits arrive in parts.
  const change = new vscode.WorkspaceEdit();
  change.insert(second.uri, new vscode.Position(1, 8), "x");
  assert(await vscode.workspace.applyEdit(change));
  const findings = () => vscode.languages.getDiagnostics(second.uri);
  const [finding] = await wait("a diagnostic in a cell", () => findings().length && findings());
  assert.strictEqual(second.getText(finding.range), '_("widthx")');
  const [fix] = await ask("vscode.executeCodeActionProvider", second.uri, finding.range);
  assert(await vscode.workspace.applyEdit(fix.edit));
  await wait("no diagnostic in a cell", () => !findings().length);
  const edit = await ask("vscode.executeDocumentRenameProvider", second.uri, place, "size");
  assert(await vscode.workspace.applyEdit(edit));
  await notebook.save();
  return "cells\n";
}

exports.activate = async () => {
  const failed = (error) => `${error.stack}\n`;
  const result = await steps().catch(failed);
  writeFileSync(process.env.HPMAN_RESULT, result + (await cells().catch(failed)));
};

// VS Code: start `hpman lsp`, and stop it with the window.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("hpman");
  const [command, ...args] = settings.get("command");
  const initializationOptions = { lenses: settings.get("lenses") };
  const documentSelector = ["python", "yaml", "json"].map((language) => ({ scheme: "file", language }));
  documentSelector.push({ scheme: "vscode-notebook-cell", language: "python" });
  client = new LanguageClient("hpman", "hpman", { command, args }, { documentSelector, initializationOptions });
  return client.start();
};

exports.deactivate = () => client?.stop();

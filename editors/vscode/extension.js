// VS Code: start `hpman lsp`, and stop it with the window.
const { spawnSync } = require("child_process");
const { window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("hpman");
  const [command, ...args] = settings.get("command");
  const cwd = workspace.workspaceFolders?.[0]?.uri.fsPath; // paths are relative to it
  if (spawnSync(command, ["--version"], { cwd }).error) {
    window.showWarningMessage(
      `Cannot run \`${command}\`. Set \`hpman.command\`, or start VS Code in the environment of the project.`
    );
    return;
  }
  const initializationOptions = { lenses: settings.get("lenses") };
  const documentSelector = ["python", "yaml", "json"].map((language) => ({ scheme: "file", language }));
  documentSelector.push({ scheme: "vscode-notebook-cell", language: "python" });
  client = new LanguageClient("hpman", "hpman", { command, args }, { documentSelector, initializationOptions });
  return client.start();
};

exports.deactivate = () => client?.stop();

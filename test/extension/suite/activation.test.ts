import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('happens when an endpoints file is opened', async () => {
    const extension = vscode.extensions.getExtension('loadlens.loadlens');
    assert.ok(extension, 'the extension is installed');
    const [file] = await vscode.workspace.findFiles('endpoints.txt');
    assert.ok(file, 'the workspace has an endpoints.txt');
    const document = await vscode.workspace.openTextDocument(file);
    assert.equal(document.languageId, 'endpoints');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});

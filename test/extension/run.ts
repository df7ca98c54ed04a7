// Runs test/extension/suite inside VS Code: the bundled host by default, a desktop VS Code with VSCODE_HOST=desktop.
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const output = path.join(root, 'out/test-extension');

rmSync(output, { recursive: true, force: true });
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['test/extension/index.ts', ...globSync('test/extension/suite/*.test.ts', { cwd: root })],
  outbase: 'test/extension',
  outdir: output,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: 'inline',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

// Tests write into the workspace, so they get a copy.
const workspace = mkdtempSync(path.join(tmpdir(), 'workspace-'));
cpSync(path.join(root, 'test/fixtures/workspace'), workspace, { recursive: true });
try {
  await runTests({
    ...(process.env['VSCODE_HOST'] === 'desktop'
      ? {}
      : { vscodeExecutablePath: path.join(root, 'test/support/host/code.ts') }),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(output, 'index.cjs'),
    extensionTestsEnv: {
      LOADLENS_TEST_GREP: process.argv[2],
      ...(process.env['VSCODE_HOST'] === 'desktop' ? {} : { LOADLENS_OUTPUT_MARK: '\u2060' }),
    },
    launchArgs: [workspace],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

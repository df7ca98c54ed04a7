// Adds the native runtime of the GPT-2 server to packages for one platform: its JavaScript and that platform's files.
import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Platforms with a separate package, and the native files that each needs to compute on the CPU. Files for GPUs are excluded:
 * the runtime on Windows loads DirectML.dll only on request.
 */
const nativeFiles = {
  'linux-x64': ['libonnxruntime.so.1'],
  'linux-arm64': ['libonnxruntime.so.1'],
  'darwin-arm64': ['libonnxruntime.1.dylib'],
  'win32-x64': ['onnxruntime.dll'],
  'win32-arm64': ['onnxruntime.dll'],
};

/** Names of these platforms in VS Code. */
export const nativeTargets = Object.keys(nativeFiles);

/** Returns the folder of a platform's files in the package onnxruntime-node. */
export const nativeFolder = (target) => `bin/napi-v6/${target.replace('-', '/')}`;

/** Every copy must include the license text, which neither package contains. */
const notice = (name) => `
${'-'.repeat(80)}

${name} (MIT)

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** Returns false for types and source maps, which aren't needed at run time. */
const isNeeded = (file) => !/\.(map|ts)$/.test(file);

/** Copies the runtime of a platform next to the bundle of the GPT-2 server, where Node looks first. */
export function addRuntime(target, bundle) {
  if (!(target in nativeFiles))
    throw new Error(`No native part for ${target}. Use one of ${nativeTargets.join(', ')}.`);
  const natives = ['onnxruntime_binding.node', ...nativeFiles[target]];
  const wanted = {
    'onnxruntime-node': ['dist', ...natives.map((file) => `${nativeFolder(target)}/${file}`)],
    'onnxruntime-common': ['dist/cjs'],
  };
  for (const [name, parts] of Object.entries(wanted)) {
    for (const part of ['package.json', ...parts]) {
      const to = join(bundle, 'node_modules', name, part);
      cpSync(join('node_modules', name, part), to, { recursive: true, filter: isNeeded });
    }
    appendFileSync(join(bundle, 'third-party-notices.txt'), notice(name));
  }
}

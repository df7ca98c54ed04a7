import { LoadlensError } from '../../../core/errors.ts';

/** Platforms with a native runtime in onnxruntime-node. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

const instead = 'The mock server runs on all platforms: loadlens serve mock.';

/** Returns why the GPT-2 server can't run on this machine; undefined if it can. Called before native code is loaded. */
export function nativePartProblem(
  platform: string = process.platform,
  arch: string = process.arch,
): LoadlensError | undefined {
  const name = `${platform}-${arch}`;
  if (platforms.includes(name)) return undefined;
  return new LoadlensError(`The GPT-2 server doesn't support this platform (${name}).`, {
    hint: `It runs on ${platforms.join(', ')}. ${instead}`,
  });
}

/** Returns an error that explains why the native runtime failed to load: it's missing, or system libraries are too old. */
export function explainLoadFailure(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/GLIBC|libstdc\+\+|GLIBCXX/.test(message))
    return new LoadlensError("This system's C library is too old for the GPT-2 server.", {
      hint: `It requires glibc 2.28 or later with a matching libstdc++. ${instead}`,
      cause: error,
    });
  if (/onnxruntime/.test(message) && /Cannot find|ERR_MODULE_NOT_FOUND|cannot open shared object/.test(message))
    return new LoadlensError("The native runtime of the GPT-2 server isn't installed.", {
      hint: `Install the package for this platform, or run npm ci in the project. ${instead}`,
      cause: error,
    });
  return error;
}

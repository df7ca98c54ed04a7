import { LoadlensError } from '../../../core/errors.ts';

/** Platforms for which onnxruntime-node brings its native part. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

const instead = 'The mock server runs on all platforms: loadlens serve mock.';

/** Why the GPT-2 server cannot run on this machine, or undefined when it can. Asked before anything native is loaded. */
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

/** Says in a sentence what a failed load of the native part means: it is missing, or the system's libraries are too old. */
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

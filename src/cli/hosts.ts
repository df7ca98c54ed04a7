import { createInterface } from 'node:readline/promises';
import { LoadlensError } from '../core/errors.ts';

/** Returns true if `--allow-host` lists the host, either with its port or without any. */
function isAllowed(hostAndPort: string, allowed: readonly string[]): boolean {
  const host = hostAndPort.replace(/:\d+$/, '');
  return allowed.some((name) => {
    const wanted = name.toLowerCase();
    return wanted === hostAndPort || wanted === host || `[${wanted}]` === host;
  });
}

/**
 * Returns true if the user permits the load: by `--allow-host` for each host, or by typing yes.
 * @param hosts hosts other than this machine
 * @throws LoadlensError without a terminal to ask in
 */
export async function mayLoad(
  hosts: readonly string[],
  options: { allowed: readonly string[]; load: string; signal: AbortSignal },
): Promise<boolean> {
  const open = hosts.filter((host) => !isAllowed(host, options.allowed));
  if (open.length === 0) return true;
  const shown = open.length > 5 ? `${open.slice(0, 5).join(', ')} and ${open.length - 5} more` : open.join(', ');
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LoadlensError(`Sending ${options.load} to ${shown} requires permission.`, {
      hint: `If you're allowed to, add ${open.map((host) => `--allow-host ${host}`).join(' ')}`,
    });
  }
  // In terminal mode, readline would turn Ctrl+C into a key press.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const answer = await lines.question(`Send ${options.load} to ${shown}? [y/N] `, { signal: options.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (options.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

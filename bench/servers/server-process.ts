import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onCore, serverCore } from '../shared/cores.ts';

/** Starts a program on the server's core; its first message is `{ port }`, and it ends when its parent disconnects. */
export async function startServerProcess(
  program: string,
  args: readonly number[] = [],
): Promise<{ readonly child: ChildProcess; readonly port: number; readonly close: () => Promise<void> }> {
  const child = fork(program, args.map(String), {
    ...onCore(serverCore),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const [listening]: { readonly port: number }[] = await Promise.race([once(child, 'message'), exit.then(() => [])]);
  if (listening === undefined) throw new Error(`${program} ended before it listened.`);
  return {
    child,
    port: listening.port,
    async close() {
      child.disconnect();
      await exit;
    },
  };
}

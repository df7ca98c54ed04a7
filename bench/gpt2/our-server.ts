import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gpt2Switches } from '../../src/processes/gpt2-defaults.ts';
import { readGpt2Event, type Gpt2Options } from '../../src/processes/gpt2-messages.ts';

/** Starts our GPT-2 server, as it is bundled, in a process of its own; resolves once it listens. */
export async function startOurServer(
  options: Omit<Gpt2Options, 'port'>,
): Promise<{ readonly server: ChildProcess; readonly url: string }> {
  const server = fork(fileURLToPath(new URL('../../dist/gpt2/gpt2-server.js', import.meta.url)), {
    serialization: 'advanced',
    execArgv: gpt2Switches,
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.on('message', (message) => {
      const event = readGpt2Event(message);
      if (event.type === 'ready') server.send({ type: 'start', options: { ...options, port: 0 } });
      if (event.type === 'listening') resolve(event.url);
      if (event.type === 'failure') reject(new Error(`${event.message} ${event.hint}`));
    });
  });
  return { server, url };
}

/** Resident memory of a process now, MB. */
export function residentMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

import { fileURLToPath } from 'node:url';
import { startServerProcess } from './server-process.ts';

/** An event with a token, as servers of language models send it. */
export function eventText(index: number): string {
  const choice = { index: 0, text: ` word${index}`, logprobs: null, finish_reason: null };
  const event = { id: 'cmpl-1', object: 'text_completion', created: 1_764_000_000, model: 'gpt2', choices: [choice] };
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** A server of streams, on a core of its own. */
export interface StreamingServer {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts the server. Each stream has a number of events at equal distances. */
export async function startStreamingServer(events: number, gapMs: number): Promise<StreamingServer> {
  const program = fileURLToPath(new URL('streaming.ts', import.meta.url));
  const { child, port, close } = await startServerProcess(program, [events, gapMs]);
  return { url: `http://127.0.0.1:${port}/v1/completions`, pid: child.pid ?? 0, close };
}

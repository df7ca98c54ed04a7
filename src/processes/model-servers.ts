import * as http from 'node:http';
import * as https from 'node:https';
import { modelsIn } from '../core/endpoints/llm/model-list.ts';

/** A server on this machine with OpenAI's API. */
export interface ModelServer {
  readonly title: string;
  /** Base URL, such as `http://127.0.0.1:11434/v1`. */
  readonly base: string;
  readonly models: readonly string[];
}

/** A server and a port on which to look for it. */
export interface UsualPlace {
  readonly title: string;
  readonly port: number;
}

/** Default ports of common servers. */
export const usualPlaces: readonly UsualPlace[] = [
  { title: 'vLLM', port: 8000 },
  { title: 'Ollama', port: 11434 },
  { title: 'LM Studio', port: 1234 },
  { title: 'llama.cpp', port: 8080 },
  { title: 'SGLang', port: 30000 },
];

/** Maximum wait for a list of models: on this machine, and elsewhere, ms. */
const waitMs = { here: 500, elsewhere: 10_000 };
/** Maximum size of a list, bytes. */
const mostBytes = 1 << 22;

/** Looks for servers on ports of this machine. Returns those that list a model, in the order of the places. */
export async function findModelServers(places: readonly UsualPlace[]): Promise<ModelServer[]> {
  const found = await Promise.all(
    places.map(async ({ title, port }) => {
      const base = `http://127.0.0.1:${port}/v1`;
      const listed = await listModels(base, { timeoutMs: waitMs.here });
      return 'models' in listed && listed.models.length > 0 ? [{ title, base, models: listed.models }] : [];
    }),
  );
  return found.flat();
}

/** The models of a server, or why they aren't known. `needsKey`: the server wants an API key, or another one. */
export type ListedModels =
  { readonly models: readonly string[] } | { readonly failure: string; readonly needsKey: boolean };

/** Asks the server at a base URL for its models. Never rejects. */
export function listModels(
  base: string,
  { key, timeoutMs = waitMs.elsewhere }: { readonly key?: string | undefined; readonly timeoutMs?: number } = {},
): Promise<ListedModels> {
  const { get } = base.startsWith('https:') ? https : http;
  const headers = { accept: 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  return new Promise((resolve) => {
    const fail = (failure: string, needsKey = false): void => resolve({ failure, needsKey });
    const request = get(
      `${base}/models`,
      { agent: false, headers, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        const status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= mostBytes) chunks.push(chunk);
          else request.destroy(new Error('the list is too long'));
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () => {
          if (status !== 200) fail(`status ${status}`, status === 401 || status === 403);
          else resolve({ models: modelsIn(Buffer.concat(chunks).toString()) });
        });
      },
    );
    request.on('error', (error) => {
      fail(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? `no response within ${timeoutMs / 1_000} s`
          : error.message,
      );
    });
  });
}

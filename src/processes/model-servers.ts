import * as http from 'node:http';
import * as https from 'node:https';
import { isLoopback } from '../core/endpoints/hosts.ts';
import { modelsIn } from '../core/endpoints/llm/model-list.ts';
import { readPrometheus } from '../core/metrics/server/prometheus.ts';

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

/** Maximum wait for a response: of a server that may be on this machine, and elsewhere, ms. */
const waitMs = { here: 500, elsewhere: 10_000 };
/** Maximum size of a response, bytes. */
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
export async function listModels(
  base: string,
  { key, timeoutMs = waitMs.elsewhere }: { readonly key?: string | undefined; readonly timeoutMs?: number } = {},
): Promise<ListedModels> {
  const answer = await read(`${base}/models`, 'application/json', key, timeoutMs);
  if ('failure' in answer) return { failure: answer.failure, needsKey: false };
  const { status, text } = answer;
  return status === 200
    ? { models: modelsIn(text) }
    : { failure: `status ${status}`, needsKey: status === 401 || status === 403 };
}

/**
 * Returns the URL of the metrics of a server on this machine; undefined if it has none in the format of Prometheus. Other machines
 * aren't asked, because nobody allowed that. Never rejects.
 */
export async function findMetrics(base: string, key?: string): Promise<string | undefined> {
  const { origin, hostname } = new URL(base);
  if (!isLoopback(hostname)) return undefined;
  const url = `${origin}/metrics`;
  const answer = await read(url, 'text/plain', key, waitMs.here);
  const found = 'text' in answer && answer.status === 200 && readPrometheus(answer.text, ['']).length > 0;
  return found ? url : undefined;
}

type Answer = { readonly status: number; readonly text: string } | { readonly failure: string };

/** Reads a short text. Never rejects. */
function read(url: string, accept: string, key: string | undefined, timeoutMs: number): Promise<Answer> {
  const { get } = url.startsWith('https:') ? https : http;
  const headers = { accept, ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  return new Promise((resolve) => {
    const fail = ({ name, message }: Error): void => {
      const isLate = name === 'AbortError' || name === 'TimeoutError';
      resolve({ failure: isLate ? `no response within ${timeoutMs / 1_000} s` : message });
    };
    const request = get(url, { agent: false, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= mostBytes) chunks.push(chunk);
        else request.destroy(new Error('the response is too long'));
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on('error', fail);
  });
}

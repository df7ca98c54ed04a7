/** A typical load on a language model, as the directives of its target. */
export interface Workload {
  readonly title: string;
  readonly detail: string;
  readonly directives: readonly string[];
  /** Objectives on TTFT and TPOT. */
  readonly slo: string;
}

/**
 * Similar to MLPerf Inference, which has such limits for a chat, long prompts, and reasoning: text appears as fast as it's read,
 * or faster if nobody reads until its end. Live, because goodput and capacity need objectives, and lenient, because a file that
 * nobody has edited must not fail on a server that is only small.
 */
const slo = {
  read: 'ttft.p95 < 2s, tpot.p95 < 200ms',
  longPrompt: 'ttft.p95 < 6s, tpot.p95 < 200ms',
  longResponse: 'ttft.p95 < 2s, tpot.p95 < 80ms',
} as const;

/** Workloads to choose from, the most common first. */
export const workloads: readonly Workload[] = [
  {
    title: 'Chat',
    detail: 'Prompts of about 256 tokens, responses of 128',
    directives: ['@input-tokens normal(256, 64)', '@output-tokens 128'],
    slo: slo.read,
  },
  {
    title: 'Documents',
    detail: 'Summaries and retrieval: prompts of about 2,048 tokens, responses of 128',
    directives: ['@input-tokens normal(2048, 512)', '@output-tokens 128'],
    slo: slo.longPrompt,
  },
  {
    title: 'Shared system prompt',
    detail: 'Prompts of about 256 tokens after the same 1,024: tests the prefix cache',
    directives: ['@input-tokens normal(256, 64)', '@shared-prefix 1024 of 1', '@output-tokens 128'],
    slo: slo.read,
  },
  {
    title: 'Long responses',
    detail: 'Code and reasoning: prompts of about 256 tokens, responses of 1,024',
    directives: ['@input-tokens normal(256, 64)', '@output-tokens 1024'],
    slo: slo.longResponse,
  },
  {
    title: 'Conversations',
    detail: 'Chats of 2 to 6 turns, each with about 64 new tokens and a response of 128',
    directives: ['@turns uniform(2, 6)', '@input-tokens normal(64, 16)', '@output-tokens 128'],
    slo: slo.read,
  },
];

/** What a new file is made of. */
export interface NewBenchmark {
  /** Base URL of an OpenAI-compatible API, such as `http://127.0.0.1:8000/v1`. */
  readonly base: string;
  readonly model: string;
  readonly workload: Workload;
  /** Name of the secret with the API key; undefined if the server needs none. */
  readonly secret?: string | undefined;
  /** URL of the server's metrics; undefined if it has none, or wasn't asked. */
  readonly metricsUrl?: string | undefined;
}

/** Returns the base URL that a text means: with a scheme and, unless it has a path, with `/v1`. Undefined if it is no URL. */
export function baseUrlOf(text: string): string | undefined {
  const trimmed = text.trim();
  const full = /^https?:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (trimmed === '' || /\s/.test(trimmed) || !URL.canParse(full)) return undefined;
  const { protocol, host, pathname } = new URL(full);
  const path = pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|completions|models)$/, '');
  return `${protocol}//${host}${path === '' ? '/v1' : path}`;
}

/** Returns the text of an endpoints file. */
export function newBenchmark({ base, model, workload, secret, metricsUrl }: NewBenchmark): string {
  const { protocol, host } = new URL(base);
  return `# ${workload.title}: ${sentenceCase(workload.detail)}.

# @requests 60
# @concurrency 4
# @warmup 4

# A run that misses an objective fails. Change these limits to what your users need.
# They let a user read along. For a chat that feels immediate: ttft.p95 < 450ms, tpot.p95 < 40ms
# @slo ${workload.slo}
# @slo errors < 1%

${
  metricsUrl === undefined
    ? `# To see what limits vLLM, SGLang, TGI, or llama.cpp, add a line: # @metrics ${protocol}//${host}/metrics`
    : `# @metrics ${metricsUrl}`
}

@base = ${base}

# @name ${workload.title.toLowerCase()}
${workload.directives.map((directive) => `# ${directive}\n`).join('')}# @stream true
POST {{base}}/chat/completions
Content-Type: application/json
${secret === undefined ? '' : `Authorization: Bearer {{$secret ${secret}}}\n`}
{"model": ${JSON.stringify(model)}, "messages": [{"role": "user", "content": ""}]}
`;
}

const sentenceCase = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

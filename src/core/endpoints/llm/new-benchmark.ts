/** A typical load on a language model, as the directives of its target. */
export interface Workload {
  readonly title: string;
  readonly detail: string;
  readonly directives: readonly string[];
}

/** Workloads to choose from, the most common first. */
export const workloads: readonly Workload[] = [
  {
    title: 'Chat',
    detail: 'Prompts of about 256 tokens, responses of 128',
    directives: ['@input-tokens normal(256, 64)', '@output-tokens 128'],
  },
  {
    title: 'Documents',
    detail: 'Summaries and retrieval: prompts of about 2,048 tokens, responses of 128',
    directives: ['@input-tokens normal(2048, 512)', '@output-tokens 128'],
  },
  {
    title: 'Shared system prompt',
    detail: 'Prompts of about 256 tokens after the same 1,024: tests the prefix cache',
    directives: ['@input-tokens normal(256, 64)', '@shared-prefix 1024 of 1', '@output-tokens 128'],
  },
  {
    title: 'Long responses',
    detail: 'Code and reasoning: prompts of about 256 tokens, responses of 1,024',
    directives: ['@input-tokens normal(256, 64)', '@output-tokens 1024'],
  },
  {
    title: 'Conversations',
    detail: 'Chats of 2 to 6 turns, each with about 64 new tokens and a response of 128',
    directives: ['@turns uniform(2, 6)', '@input-tokens normal(64, 16)', '@output-tokens 128'],
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
export function newBenchmark({ base, model, workload, secret }: NewBenchmark): string {
  const { protocol, host } = new URL(base);
  return `# ${workload.title}: ${sentenceCase(workload.detail)}.

# @requests 60
# @concurrency 4
# @slo errors < 1%
# To see what limits vLLM, SGLang, TGI, or llama.cpp, add a line: # @metrics ${protocol}//${host}/metrics

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

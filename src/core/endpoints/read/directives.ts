/** A directive: a comment `# @name value` that Loadlens acts on. */
export interface Directive {
  readonly name: string;
  /** `run`: stands before the first target and holds for the whole run; `target`: stands above a target; `both`: either. */
  readonly scope: 'run' | 'target' | 'both';
  /** One or two sentences for hover, completion and docs. */
  readonly what: string;
  /** A value as it would stand in a file. */
  readonly example: string;
}

/** Every directive there is: parser, completion, hover and docs/endpoints-file.md share this table. */
export const directives: readonly Directive[] = [
  {
    name: 'name',
    scope: 'target',
    what: 'Name of the target below, shown in results. Must be unique in the file.',
    example: 'login',
  },
  {
    name: 'weight',
    scope: 'target',
    what: 'How often the target below is selected, relative to the others (default: 1).',
    example: '3',
  },
  {
    name: 'slo',
    scope: 'both',
    what: 'Objectives, separated by commas. They apply to the target directly below. Followed by a blank line before the first target, they apply to the whole run.',
    example: 'p95 < 500ms, errors < 1%',
  },
  {
    name: 'dialect',
    scope: 'target',
    what: 'API of the target below: openai, ollama, responses, messages, llama-cpp, tgi, sglang, sse (any stream of server-sent events), or plain. Detected from path and body if not set.',
    example: 'openai',
  },
  {
    name: 'stream',
    scope: 'target',
    what: 'Whether the language model below streams its response (true) or returns it complete (false). Read from the body if not set.',
    example: 'true',
  },
  {
    name: 'max-tokens',
    scope: 'target',
    what: 'Maximum number of output tokens of the language model below. Read from the body if not set.',
    example: '30',
  },
  {
    name: 'prompts',
    scope: 'target',
    what: 'File of prompts for the language model below: one prompt per line, JSON lines, a JSON array such as ShareGPT, or CSV. The path is relative to the endpoints file.',
    example: 'prompts.jsonl',
  },
  {
    name: 'prompts-order',
    scope: 'target',
    what: 'Order of the prompts: rotate (file order, the default) or random (shuffled with the seed).',
    example: 'random',
  },
  {
    name: 'input-tokens',
    scope: 'target',
    what: 'Generates prompts of this many tokens for the language model below: 512, normal(512, 128), lognormal(512, 128), uniform(128, 1024), or choice(128:3, 1024:1). No two prompts are the same.',
    example: 'normal(512, 128)',
  },
  {
    name: 'output-tokens',
    scope: 'target',
    what: 'Number of output tokens asked for in each request to the language model below, as a number or a distribution such as choice(64:3, 256:1).',
    example: '128',
  },
  {
    name: 'shared-prefix',
    scope: 'target',
    what: 'Text in front of each generated prompt: its tokens, and how many different prefixes there are. Tests a prefix cache. Needs @input-tokens.',
    example: '256 of 10',
  },
  {
    name: 'usage',
    scope: 'target',
    what: 'Whether token counts are requested with streams of the language model below (default: on). off omits stream_options.',
    example: 'off',
  },
  {
    name: 'requests',
    scope: 'run',
    what: 'Number of requests in a run.',
    example: '500',
  },
  {
    name: 'duration',
    scope: 'run',
    what: 'How long new requests are sent. With @requests, the run ends when either limit is reached.',
    example: '30s',
  },
  {
    name: 'concurrency',
    scope: 'run',
    what: 'Number of concurrent requests (closed model). The next request is sent as soon as one ends.',
    example: '10',
  },
  {
    name: 'rate',
    scope: 'run',
    what: 'Arrival rate in requests/s (open model). Requests are sent on schedule, whether or not earlier ones have ended.',
    example: '200',
  },
  {
    name: 'stages',
    scope: 'run',
    what: 'Arrival rates over time, instead of @rate: held (30s:50) or ramped linearly (1m:50..200).',
    example: '30s:50, 1m:50..200',
  },
  {
    name: 'arrivals',
    scope: 'run',
    what: 'Arrival process of the open model: constant (equal intervals, the default) or poisson (random intervals).',
    example: 'poisson',
  },
  {
    name: 'max-in-flight',
    scope: 'run',
    what: 'Maximum number of requests in flight in the open model. Further requests are queued (default: 1000).',
    example: '500',
  },
  {
    name: 'timeout',
    scope: 'run',
    what: 'Timeout of a request.',
    example: '30s',
  },
  {
    name: 'max-head',
    scope: 'run',
    what: 'Maximum size of a response head (default: 256KiB).',
    example: '1MiB',
  },
  {
    name: 'insecure',
    scope: 'run',
    what: 'Accepts self-signed, expired, and mismatched server certificates.',
    example: 'true',
  },
  {
    name: 'seed',
    scope: 'run',
    what: 'Seed for the random choice of targets. The same seed gives the same sequence.',
    example: '7',
  },
  {
    name: 'warmup',
    scope: 'run',
    what: 'Number of warm-up requests before the measurement. Excluded from all metrics.',
    example: '20',
  },
];

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
    what: 'How often the target below is picked, compared with the others. 1 unless set.',
    example: '3',
  },
  {
    name: 'slo',
    scope: 'both',
    what: 'Objectives, separated by commas. Directly above a target they belong to it; before the first target and apart from it by a blank line, to the whole run.',
    example: 'p95 < 500ms, errors < 1%',
  },
  {
    name: 'dialect',
    scope: 'target',
    what: 'The API of the target below: openai, ollama, responses, messages, llama-cpp, tgi, sglang, sse (any stream of server-sent events) or plain. Recognized by path and body unless set.',
    example: 'openai',
  },
  {
    name: 'stream',
    scope: 'target',
    what: 'Asks the language model below for a stream of tokens, or for one answer with false. As the body has it unless set.',
    example: 'true',
  },
  {
    name: 'max-tokens',
    scope: 'target',
    what: 'The most tokens that the language model below may answer with. As the body has it unless set.',
    example: '30',
  },
  {
    name: 'prompts',
    scope: 'target',
    what: 'A file of prompts for the language model below: a text on each line, JSON lines, a JSON array such as ShareGPT, or CSV. The path counts from the folder of the endpoints file.',
    example: 'prompts.jsonl',
  },
  {
    name: 'prompts-order',
    scope: 'target',
    what: 'Whether prompts are taken one after the other (rotate) or by the seed (random). rotate unless set.',
    example: 'random',
  },
  {
    name: 'usage',
    scope: 'target',
    what: 'Whether a stream of the language model below is asked for its token counts: off leaves stream_options out. on unless set.',
    example: 'off',
  },
  {
    name: 'requests',
    scope: 'run',
    what: 'How many requests a run sends.',
    example: '500',
  },
  {
    name: 'duration',
    scope: 'run',
    what: 'For how long new requests are sent. With @requests as well, whichever ends first.',
    example: '30s',
  },
  {
    name: 'concurrency',
    scope: 'run',
    what: 'The largest number of requests in flight at once. The next leaves as soon as one ends.',
    example: '10',
  },
  {
    name: 'rate',
    scope: 'run',
    what: 'Requests per second, sent by the clock whether earlier ones have been answered or not.',
    example: '200',
  },
  {
    name: 'stages',
    scope: 'run',
    what: 'Rates one after the other, in the place of @rate: held (30s:50) or gone through in a straight line (1m:50..200).',
    example: '30s:50, 1m:50..200',
  },
  {
    name: 'arrivals',
    scope: 'run',
    what: 'Whether requests sent by the clock keep equal gaps (constant) or come at random (poisson). constant unless set.',
    example: 'poisson',
  },
  {
    name: 'max-in-flight',
    scope: 'run',
    what: 'The most requests sent by the clock that may be without an answer at once; what is due above that waits. 1000 unless set.',
    example: '500',
  },
  {
    name: 'timeout',
    scope: 'run',
    what: 'The longest time one request may take.',
    example: '30s',
  },
  {
    name: 'max-head',
    scope: 'run',
    what: 'Maximum size of a response head. 256KiB unless set.',
    example: '1MiB',
  },
  {
    name: 'insecure',
    scope: 'run',
    what: 'Accepts server certificates that are self-signed, expired, or for another host.',
    example: 'true',
  },
  {
    name: 'seed',
    scope: 'run',
    what: 'Seed of the random choice of targets. The same seed gives the same sequence.',
    example: '7',
  },
  {
    name: 'warmup',
    scope: 'run',
    what: 'How many requests are sent before the clock starts. They are reported, not counted.',
    example: '20',
  },
];

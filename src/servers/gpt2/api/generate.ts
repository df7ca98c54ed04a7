import { randomInt } from 'node:crypto';
import type { Gpt2Config } from '../model/config.ts';
import type { Engine } from '../runtime/engine.ts';
import type { EndReason, Job } from '../runtime/scheduler.ts';
import { createDetokenizer } from '../text/detokenizer.ts';
import type { Encoder } from '../text/encode.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';
import { ApiError } from '../../openai/errors.ts';
import type { GenerationRequest } from './requests.ts';
import type { Usage } from '../../openai/responses.ts';

/** Maximum output tokens of a chat that sets no limit. */
const defaultAnswerTokens = 256;
/** Characters of GPT-2's longest token: 128 spaces. */
const longestToken = 128;

/** What generating a response requires. */
export interface GenerationContext {
  readonly engine: Pick<Engine, 'submit'>;
  readonly config: Gpt2Config;
  readonly tokenizer: Pick<TextTokenizer, 'bytesOf'>;
  readonly encode: Encoder;
  /** The usage names cached tokens. */
  readonly tellsCached: boolean;
}

/** Receives the events of a response. */
export interface GenerationEvents {
  onToken(): void;
  /** @param usage token counts up to and including this text */
  onText(index: number, text: string, usage: Usage): void;
  onEnd(index: number, reason: EndReason, usage: Usage): void;
  /** Called when all choices have ended. */
  onDone(usage: Usage): void;
}

/** A request as jobs of the model, one per choice. */
export interface Generation {
  readonly jobs: readonly Omit<Job, 'id'>[];
  readonly promptTokens: number;
  /** Choices per prompt; those of one prompt are next to each other. */
  readonly n: number;
  /** Number of tokens before a stop text can end a choice. */
  readonly minTokens: number;
  readonly stop: readonly string[];
}

function tooLong(config: Gpt2Config, promptTokens: number | string, maxTokens: number, param: string): ApiError {
  const message =
    `This model's context is ${config.context} tokens. The prompt has ${promptTokens} and the response may have ` +
    `${maxTokens}. Shorten the prompt or lower max_tokens.`;
  return new ApiError(400, message, { param, code: 'context_length_exceeded' });
}

/** Returns a request as jobs. Throws an ApiError if it doesn't fit the model. */
export async function planGeneration(
  request: GenerationRequest,
  context: Pick<GenerationContext, 'config' | 'encode'>,
): Promise<Generation> {
  const { config, encode } = context;
  const param = request.kind === 'chat' ? 'messages' : 'prompt';
  const seed = request.sampling.seed ?? randomInt(2 ** 32);
  const prompts: Int32Array[] = [];
  for (const prompt of request.prompts) {
    // A text that can't fit isn't tokenized.
    const isHuge = typeof prompt === 'string' && prompt.length > config.context * longestToken;
    const tokens = isHuge ? undefined : typeof prompt === 'string' ? await encode(prompt, config.context) : prompt;
    if (tokens === undefined) throw tooLong(config, `more than ${config.context}`, request.maxTokens ?? 1, param);
    const unknown = tokens.find((token) => token >= config.vocabulary);
    if (unknown !== undefined)
      throw new ApiError(400, `The prompt has the unknown token ${unknown}. Expected 0 to ${config.vocabulary - 1}.`, {
        param,
      });
    // A text of GPT-2 begins with the end-of-text token.
    prompts.push(Int32Array.from(tokens.length > 0 ? tokens : [config.eosTokenId]));
  }
  const jobs = prompts.flatMap((prompt) => {
    const room = config.context - prompt.length;
    const maxTokens = request.maxTokens ?? Math.max(1, Math.min(defaultAnswerTokens, room));
    if (maxTokens > room) throw tooLong(config, prompt.length, maxTokens, param);
    return Array.from({ length: request.n }, (_, i) => ({
      prompt,
      maxTokens,
      ignoreEos: request.ignoreEos,
      minTokens: request.minTokens,
      sampling: { ...request.sampling, seed: (seed + i) >>> 0 },
    }));
  });
  // A prompt counts once for all its choices.
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return { jobs, promptTokens, n: request.n, minTokens: request.minTokens, stop: request.stop };
}

/** Starts the jobs. Returns a function that cancels them. */
export function runGeneration(
  generation: Generation,
  context: GenerationContext,
  events: GenerationEvents,
): () => void {
  let completion = 0;
  let cached = 0;
  let open = generation.jobs.length;
  const cancels = generation.jobs.map((job, index) => {
    const { stop, minTokens, promptTokens } = generation;
    const detokenizer = createDetokenizer((token) => context.tokenizer.bytesOf(token), stop, minTokens);
    const usage = (): Usage => ({ prompt: promptTokens, completion, cached: context.tellsCached ? cached : undefined });
    const tell = (text: string) => {
      if (text !== '') events.onText(index, text, usage());
    };
    const finish = (reason: EndReason) => {
      events.onEnd(index, reason, usage());
      if (--open === 0) events.onDone(usage());
    };
    const cancel = context.engine.submit(job, ({ token, end, cachedTokens = 0 }) => {
      completion++;
      // The prompt counts once, and so do its cached tokens.
      if (index % generation.n === 0) cached += cachedTokens;
      events.onToken();
      const { text, stopped } = detokenizer.push(token);
      tell(text);
      if (stopped) {
        cancel();
        finish('stop');
      } else if (end !== undefined) {
        tell(detokenizer.end());
        finish(end);
      }
    });
    return cancel;
  });
  return () => {
    for (const cancel of cancels) cancel();
  };
}

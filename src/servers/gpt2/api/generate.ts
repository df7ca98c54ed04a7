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

/** What an answer may take when a chat does not say. */
const defaultAnswerTokens = 256;
/** Characters of the longest token that GPT-2 has: 128 spaces. */
const longestToken = 128;

/** What a request needs of the server. */
export interface GenerationContext {
  readonly engine: Pick<Engine, 'submit'>;
  readonly config: Gpt2Config;
  readonly tokenizer: Pick<TextTokenizer, 'bytesOf'>;
  readonly encode: Encoder;
}

/** Hears of an answer as it comes. */
export interface GenerationEvents {
  onToken(): void;
  /** @param usage tokens so far, those of this text included */
  onText(index: number, text: string, usage: Usage): void;
  onEnd(index: number, reason: EndReason, usage: Usage): void;
  /** All choices have ended. */
  onDone(usage: Usage): void;
}

/** A checked request as the model's jobs, one a choice. */
export interface Generation {
  readonly jobs: readonly Omit<Job, 'id'>[];
  readonly promptTokens: number;
  /** Tokens of each answer before a stop text may end it. */
  readonly minTokens: number;
  readonly stop: readonly string[];
}

function tooLong(config: Gpt2Config, promptTokens: number | string, maxTokens: number, param: string): ApiError {
  const message =
    `This model's context is ${config.context} tokens. The prompt has ${promptTokens} and the response may have ` +
    `${maxTokens}. Shorten the prompt or lower max_tokens.`;
  return new ApiError(400, message, { param, code: 'context_length_exceeded' });
}

/** Turns a request into jobs. Throws an ApiError when it does not fit the model. */
export async function planGeneration(
  request: GenerationRequest,
  context: Pick<GenerationContext, 'config' | 'encode'>,
): Promise<Generation> {
  const { config, encode } = context;
  const param = request.kind === 'chat' ? 'messages' : 'prompt';
  const seed = request.sampling.seed ?? randomInt(2 ** 32);
  const prompts: Int32Array[] = [];
  for (const prompt of request.prompts) {
    // A text that cannot fit is not even taken apart.
    const isHuge = typeof prompt === 'string' && prompt.length > config.context * longestToken;
    const tokens = isHuge ? undefined : typeof prompt === 'string' ? await encode(prompt, config.context) : prompt;
    if (tokens === undefined) throw tooLong(config, `more than ${config.context}`, request.maxTokens ?? 1, param);
    const unknown = tokens.find((token) => token >= config.vocabulary);
    if (unknown !== undefined)
      throw new ApiError(400, `The prompt has the unknown token ${unknown}. Expected 0 to ${config.vocabulary - 1}.`, {
        param,
      });
    // GPT-2 begins a text with its end-of-text token.
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
  // A prompt counts once, however many answers it gets.
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return { jobs, promptTokens, minTokens: request.minTokens, stop: request.stop };
}

/** Starts the jobs. Returns what ends them early. */
export function runGeneration(
  generation: Generation,
  context: GenerationContext,
  events: GenerationEvents,
): () => void {
  let completion = 0;
  let open = generation.jobs.length;
  const cancels = generation.jobs.map((job, index) => {
    const { stop, minTokens, promptTokens } = generation;
    const detokenizer = createDetokenizer((token) => context.tokenizer.bytesOf(token), stop, minTokens);
    const usage = (): Usage => ({ prompt: promptTokens, completion });
    const tell = (text: string) => {
      if (text !== '') events.onText(index, text, usage());
    };
    const finish = (reason: EndReason) => {
      events.onEnd(index, reason, usage());
      if (--open === 0) events.onDone(usage());
    };
    const cancel = context.engine.submit(job, ({ token, end }) => {
      completion++;
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

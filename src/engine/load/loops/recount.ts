import { setImmediate } from 'node:timers/promises';
import { createRecorder, type RecorderOptions } from '../../../core/metrics/recorder/recorder.ts';
import { createSectionRecorder } from '../../../core/metrics/recorder/sections.ts';
import type { GeneratedText, Sample } from '../../../core/metrics/types.ts';
import type { InputCheck, TokenCheck } from '../../../core/record/run.ts';
import { needsCount, type LoggedSamples } from '../sample-log.ts';
import type { SentSample } from '../types.ts';
import { inputCheckOf, promptCounter, type CountPrompt } from './count-prompts.ts';
import type { LoopResult } from './loop.ts';

/** A local tokenizer, which is opened only if it has something to count. */
export interface LocalTokens {
  readonly open: () => Promise<(text: string) => number>;
}

/** Results of the loops with their tokens counted. */
export interface Recounted {
  readonly results: readonly LoopResult[];
  readonly facts: CountFacts;
}

/** What is known of the counts. */
export interface CountFacts {
  /** Output tokens of the server beside those of the local tokenizer; absent without any. */
  readonly tokenCheck?: TokenCheck;
  /** The same of input tokens. */
  readonly inputCheck?: InputCheck;
  /** Number of responses whose output tokens the tokenizer should have counted, but whose texts took too much memory. */
  readonly uncounted?: number;
  /** The tokenizer counted the input tokens of all prompts. */
  readonly countsInput?: true;
  /** Number of prompts that took too much memory, or have parts without text, so that no input tokens were counted. */
  readonly uncountedInputs?: { readonly lost: number; readonly mixed: number };
}

/** Time after which the event loop gets a turn, ms. */
const sliceMs = 20;

/**
 * Counts the tokens that the server hasn't counted, and records the samples of each loop again with them. Call it when
 * nothing is measured any longer.
 * @param options of the loops' recorders
 */
export async function withTokens(
  results: readonly LoopResult[],
  options: RecorderOptions,
  tokens: LocalTokens | undefined,
): Promise<Recounted> {
  const logs = results.flatMap(({ log }) => log ?? []);
  const uncounted = logs.reduce((sum, { unkept }) => sum + unkept, 0);
  const lost = logs.reduce((sum, { inputs }) => sum + inputs.unkept, 0);
  const reportsInput = logs.some(({ inputs }) => inputs.reported);
  const hasWork = logs.some(
    ({ samples, checked, inputs }) => samples.length + checked.length + inputs.checked.length > 0,
  );
  const facts = uncounted === 0 ? {} : { uncounted };
  if (tokens === undefined || (!hasWork && (lost === 0 || reportsInput))) return { results, facts };
  const count = await tokens.open();
  const pause = pauser();
  const countPrompt = promptCounter(count);
  const prompts = reportsInput ? [] : logs.flatMap(({ samples }) => samples.flatMap(({ prompt }) => prompt ?? []));
  let mixed = 0;
  for (const prompt of prompts) {
    if (countPrompt(prompt) === undefined) mixed += 1;
    await pause();
  }
  const countsInput = prompts.length > 0 && mixed + lost === 0;
  const counters = { count, ...(countsInput && { countPrompt }) };
  const counted: LoopResult[] = [];
  for (const result of results) counted.push(await recorded(result, options, counters, pause));
  const tokenCheck = await checked(logs, count, pause);
  const checkedPrompts = logs.flatMap(({ inputs }) => inputs.checked);
  const inputCheck = await inputCheckOf(checkedPrompts, countPrompt, pause);
  return {
    results: counted,
    facts: {
      ...facts,
      ...(tokenCheck && { tokenCheck }),
      ...(inputCheck && { inputCheck }),
      ...(countsInput && { countsInput }),
      ...(!reportsInput && mixed + lost > 0 && { uncountedInputs: { lost, mixed } }),
    },
  };
}

interface Counters {
  readonly count: (text: string) => number;
  /** Absent if input tokens aren't counted. */
  readonly countPrompt?: CountPrompt;
}

type Pause = () => Promise<void> | undefined;

async function recorded(
  result: LoopResult,
  options: RecorderOptions,
  counters: Counters,
  pause: Pause,
): Promise<LoopResult> {
  const { samples = [] } = result.log ?? {};
  if (samples.length === 0) return result;
  const recorder = createRecorder(options);
  const sections = result.sections && createSectionRecorder(options);
  for (const sample of samples) {
    const known = countedSample(sample, counters);
    recorder.add(known);
    sections?.add(known, recorder.state().exact);
    await pause();
  }
  return { ...result, state: recorder.state(), sections: sections?.sections() };
}

function countedSample({ prompt, ...sample }: SentSample, { count, countPrompt }: Counters): Sample {
  const known = needsCount(sample) ? withOutput(sample, count) : sample;
  const input = prompt && countPrompt?.(prompt);
  return input === undefined ? known : { ...known, inputTokens: input.tokens };
}

function withOutput({ texts = [], ...sample }: Sample, count: (text: string) => number): Sample {
  const { stream } = sample;
  return {
    ...sample,
    outputTokens: tokensOf(texts, count),
    tokenSource: 'tokenizer',
    ...(stream && { stream: { ...stream, untimedTokens: firstTokensOf(texts, count) } }),
  };
}

const decoder = new TextDecoder();

const tokensOf = (texts: readonly GeneratedText[], count: (text: string) => number): number =>
  texts.reduce((sum, { bytes }) => sum + count(decoder.decode(bytes)), 0);

/** Returns the tokens in the first chunks, at least one each. */
const firstTokensOf = (texts: readonly GeneratedText[], count: (text: string) => number): number =>
  texts.reduce(
    (sum, { bytes, firstBytes }) => sum + Math.max(1, count(decoder.decode(bytes.subarray(0, firstBytes)))),
    0,
  );

async function checked(
  logs: readonly LoggedSamples[],
  count: (text: string) => number,
  pause: Pause,
): Promise<TokenCheck | undefined> {
  const responses = logs.flatMap((log) => log.checked);
  if (responses.length === 0) return undefined;
  let counted = 0;
  let reported = 0;
  for (const response of responses) {
    reported += response.reported;
    counted += tokensOf(response.texts, count);
    await pause();
  }
  return { responses: responses.length, reported, counted };
}

/** Returns a function that gives the event loop a turn now and then. */
function pauser(): Pause {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < sliceMs) return undefined;
    return setImmediate().then(() => void (sinceMs = performance.now()));
  };
}

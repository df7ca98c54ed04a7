import type { GeneratedText, Sample } from '../../core/metrics/types.ts';
import type { SentPrompt } from '../transport/transport.ts';
import type { SentSample } from './types.ts';

/** A response whose output tokens the server counted, and its texts. */
export interface CheckedResponse {
  readonly reported: number;
  readonly texts: readonly GeneratedText[];
}

/** A request whose input tokens the server counted. */
export interface CheckedPrompt {
  readonly reported: number;
  readonly prompt: SentPrompt;
}

/** What a loop kept so that a tokenizer can count after the run. Plain data. */
export interface LoggedSamples {
  /** All samples of the run in their order; empty if none needs counting, or memory didn't suffice. */
  readonly samples: readonly SentSample[];
  /** Number of responses without a count of the server that couldn't be kept. */
  readonly unkept: number;
  /** The first responses that the server counted. */
  readonly checked: readonly CheckedResponse[];
  readonly inputs: LoggedInputs;
}

/** What a loop knows of input tokens. */
export interface LoggedInputs {
  /** The server reported those of a response, so none are counted: a sum of both counts would be neither. */
  readonly reported: boolean;
  /** Number of prompts without a count of the server that couldn't be kept. */
  readonly unkept: number;
  /** The first requests that the server counted. */
  readonly checked: readonly CheckedPrompt[];
}

/** Keeps samples with texts until the run is over, because counting takes time that requests need. */
export interface SampleLog {
  /** Returns whether the texts of the next response are needed. */
  wantsTexts(): boolean;
  /** Adds a completed request. The sample may be reused after the call. */
  add(sample: SentSample): void;
  taken(): LoggedSamples;
}

/** Memory for samples and texts, bytes: about 5 million tokens. */
const mostBytes = 64 * 1_048_576;
/** Estimated memory of a sample without its arrays, bytes. */
const sampleBytes = 500;
/** Number of responses that are counted to compare with the server's counts. */
const mostChecked = 200;
/** Size of the prompts that are counted for that, bytes. */
const mostCheckedBytes = 2 * 1_048_576;
/** Number of responses after which a server that has counted all of them is taken to count the others, too. */
const surelyCounted = 2_000;

/**
 * Creates an empty log.
 * @param limit memory for samples, texts, and prompts, bytes
 */
export function createSampleLog(limit = mostBytes): SampleLog {
  let samples: { -readonly [K in keyof SentSample]: SentSample[K] }[] | undefined = [];
  const checked: CheckedResponse[] = [];
  const checkedPrompts: CheckedPrompt[] = [];
  const kept = createPromptMemory();
  const keptChecked = createPromptMemory();
  let bytes = 0;
  /** Responses and prompts that need counting, and those that couldn't be kept. */
  let [pending, unkept, pendingPrompts, unkeptPrompts] = [0, 0, 0, 0];
  let reportsInput = false;
  let keepsPrompts = true;

  const check = ({ texts, prompt, outputTokens, hiddenTokens = 0, inputTokens }: SentSample, isPending: boolean) => {
    if (!isPending && texts !== undefined && outputTokens !== undefined && checked.length < mostChecked)
      checked.push({ reported: outputTokens - hiddenTokens, texts });
    if (prompt === undefined || inputTokens === undefined) return;
    reportsInput = true;
    if (checkedPrompts.length === mostChecked || keptChecked.bytes > mostCheckedBytes) return;
    keptChecked.add(prompt);
    checkedPrompts.push({ reported: inputTokens, prompt });
  };

  /** Gives up counting prompts, which often take more memory than the texts of responses. */
  const dropPrompts = (): void => {
    keepsPrompts = false;
    unkeptPrompts = pendingPrompts;
    pendingPrompts = 0;
    for (const sample of samples ?? []) sample.prompt = undefined;
  };

  const hasWork = (): boolean => pending > 0 || (pendingPrompts > 0 && !reportsInput);

  return {
    wantsTexts: () => samples !== undefined || checked.length < mostChecked,
    add(sample) {
      const isPending = needsCount(sample);
      const awaitsInput = needsInput(sample) && !reportsInput;
      check(sample, isPending);
      if (awaitsInput && !keepsPrompts) unkeptPrompts += 1;
      if (samples === undefined) {
        if (isPending) unkept += 1;
        return;
      }
      const copy = copyOf(sample, isPending, awaitsInput && keepsPrompts);
      samples.push(copy);
      bytes += sizeOf(copy);
      if (copy.prompt !== undefined) kept.add(copy.prompt);
      if (isPending) pending += 1;
      if (copy.prompt !== undefined) pendingPrompts += 1;
      if (keepsPrompts && bytes + kept.bytes > limit) dropPrompts();
      if (bytes > limit || (!hasWork() && samples.length >= surelyCounted)) {
        if (keepsPrompts) dropPrompts();
        unkept = pending;
        samples = undefined;
      }
    },
    taken: () => ({
      samples: hasWork() ? (samples ?? []) : [],
      unkept,
      checked,
      inputs: { reported: reportsInput, unkept: reportsInput ? 0 : unkeptPrompts, checked: checkedPrompts },
    }),
  };
}

/** Adds up the memory of prompts, many of which share a body. */
function createPromptMemory() {
  const bodies = new WeakSet<Uint8Array>();
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    add({ body }: SentPrompt): void {
      if (bodies.has(body)) return;
      bodies.add(body);
      bytes += body.byteLength;
    },
  };
}

const succeeded = ({ error, status }: Sample): boolean => error === undefined && status >= 200 && status < 300;

/** Returns whether the output tokens of a response have to be counted: the server hasn't, or only by its chunks. */
export const needsCount = (sample: Sample): boolean =>
  succeeded(sample) &&
  sample.texts !== undefined &&
  (sample.outputTokens === undefined || sample.tokenSource === 'chunks');

/** Returns whether the server hasn't counted the input tokens of a response. */
const needsInput = (sample: SentSample): boolean =>
  succeeded(sample) && sample.prompt !== undefined && sample.inputTokens === undefined;

function copyOf({ texts, prompt, ...sample }: SentSample, keepsTexts: boolean, keepsPrompt: boolean): SentSample {
  const { stream } = sample;
  const chunks = Math.max(0, (stream?.chunks ?? 0) - 1);
  return {
    ...sample,
    ...(keepsTexts && { texts }),
    ...(keepsPrompt && { prompt }),
    stream: stream && {
      ...stream,
      gapsMs: stream.gapsMs.slice(0, chunks),
      sinceFirstMs: stream.sinceFirstMs?.slice(0, chunks),
    },
  };
}

function sizeOf({ stream, texts = [] }: Sample): number {
  const arrays = [stream?.gapsMs, stream?.sinceFirstMs, ...texts.map((text) => text.bytes)];
  return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), sampleBytes);
}

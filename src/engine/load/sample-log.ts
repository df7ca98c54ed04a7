import type { GeneratedText, Sample } from '../../core/metrics/types.ts';

/** A response whose output tokens the server counted, and its texts. */
export interface CheckedResponse {
  readonly reported: number;
  readonly texts: readonly GeneratedText[];
}

/** What a loop kept so that a tokenizer can count after the run. Plain data. */
export interface LoggedSamples {
  /** All samples of the run in their order; empty if no response needs counting, or memory didn't suffice. */
  readonly samples: readonly Sample[];
  /** Number of responses without a count of the server that couldn't be kept. */
  readonly unkept: number;
  /** The first responses that the server counted. */
  readonly checked: readonly CheckedResponse[];
}

/** Keeps samples with texts until the run is over, because counting takes time that requests need. */
export interface SampleLog {
  /** Returns whether the texts of the next response are needed. */
  wantsTexts(): boolean;
  /** Adds a completed request. The sample may be reused after the call. */
  add(sample: Sample): void;
  taken(): LoggedSamples;
}

/** Memory for samples and texts, bytes: about 5 million tokens. */
const mostBytes = 64 * 1_048_576;
/** Estimated memory of a sample without its arrays, bytes. */
const sampleBytes = 500;
/** Number of responses that are counted to compare with the server's counts. */
const mostChecked = 200;
/** Number of responses after which a server that has counted all of them is taken to count the others, too. */
const surelyCounted = 2_000;

/**
 * Creates an empty log.
 * @param limit memory for samples and texts, bytes
 */
export function createSampleLog(limit = mostBytes): SampleLog {
  let samples: Sample[] | undefined = [];
  const checked: CheckedResponse[] = [];
  let bytes = 0;
  let pending = 0;
  let unkept = 0;
  return {
    wantsTexts: () => samples !== undefined || checked.length < mostChecked,
    add(sample) {
      const { texts, outputTokens } = sample;
      const isPending = needsCount(sample);
      if (!isPending && texts !== undefined && outputTokens !== undefined && checked.length < mostChecked)
        checked.push({ reported: outputTokens - (sample.hiddenTokens ?? 0), texts });
      if (samples === undefined) {
        if (isPending) unkept += 1;
        return;
      }
      const kept = copyOf(sample, isPending);
      samples.push(kept);
      bytes += sizeOf(kept);
      if (isPending) pending += 1;
      if (bytes > limit || (pending === 0 && samples.length >= surelyCounted)) {
        unkept = pending;
        samples = undefined;
      }
    },
    taken: () => ({ samples: pending > 0 ? (samples ?? []) : [], unkept, checked }),
  };
}

/** Returns whether the output tokens of a response have to be counted: the server hasn't, or only by its chunks. */
export const needsCount = ({ error, status, tokenSource, outputTokens, texts }: Sample): boolean =>
  error === undefined &&
  status >= 200 &&
  status < 300 &&
  texts !== undefined &&
  (outputTokens === undefined || tokenSource === 'chunks');

function copyOf({ texts, ...sample }: Sample, isPending: boolean): Sample {
  const { stream } = sample;
  const chunks = Math.max(0, (stream?.chunks ?? 0) - 1);
  return {
    ...sample,
    ...(isPending && { texts }),
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

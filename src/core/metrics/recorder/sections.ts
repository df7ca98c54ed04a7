import type { Sample } from '../types.ts';
import { createRecorder, type RecorderOptions } from './recorder.ts';
import { leaveExactness, mergeStates, type RecorderState } from './recorder-state.ts';

/** A run in sections of equal length, by the end of its requests. Plain data. */
export interface Sections {
  readonly widthMs: number;
  readonly states: readonly RecorderState[];
}

/** Records a run in sections, so that the first ones can be left out afterwards. */
export interface SectionRecorder {
  /**
   * Adds a completed request.
   * @param exact raw samples of the whole run are kept
   */
  add(sample: Sample, exact: boolean): void;
  /** Returns the sections so far. Callers must not modify them. */
  sections(): Sections;
}

const firstWidthMs = 100;
/** When there are more sections, neighbors are merged and the width doubles. */
const mostSections = 40;

/** Creates a recorder of sections. */
export function createSectionRecorder(options: RecorderOptions): SectionRecorder {
  let widthMs = firstWidthMs;
  let states: RecorderState[] = [];
  let wasExact = true;
  const create = (): ReturnType<typeof createRecorder> => {
    const recorder = createRecorder(wasExact ? options : { ...options, maxRawSamples: 0 });
    states.push(recorder.state());
    return recorder;
  };
  let current = create();
  return {
    add(sample, exact) {
      if (wasExact && !exact) {
        wasExact = false;
        for (const state of states) leaveExactness(state);
      }
      while (Math.floor(sample.endMs / widthMs) >= states.length) {
        if (states.length === mostSections) {
          widthMs *= 2;
          states = Array.from({ length: mostSections / 2 }, (_, i) => mergeStates(states.slice(2 * i, 2 * i + 2)));
        } else {
          current = create();
        }
      }
      // A sample that is late by less than a section belongs to the one that is open.
      current.add(sample);
    },
    sections: () => ({ widthMs, states }),
  };
}

/** A run without its transient. */
export interface WithoutTransient {
  readonly state: RecorderState;
  /** End of the part that was left out, ms from the start of the clock: a limit of sections. */
  readonly fromMs: number;
}

/**
 * Returns the state without the sections that begin before `transientMs`. The timeline still shows the whole run.
 * @param whole the state with all requests
 * @param parts the sections of each event loop
 */
export function withoutTransient(
  whole: RecorderState,
  parts: readonly Sections[],
  transientMs: number,
): WithoutTransient {
  const widthMs = Math.max(...parts.map((part) => part.widthMs));
  const fromMs = Math.ceil(transientMs / widthMs - 1e-9) * widthMs;
  const kept = parts.flatMap((part) => part.states.slice(Math.round(fromMs / part.widthMs)));
  const { clock, ...state } = mergeStates(kept);
  const { heardMs, unheard } = whole.clock;
  return {
    state: {
      ...state,
      clock: { ...clock, firstSentMs: fromMs, heardMs, unheard },
      timeline: whole.timeline,
      targetTimelines: whole.targetTimelines,
    },
    fromMs,
  };
}

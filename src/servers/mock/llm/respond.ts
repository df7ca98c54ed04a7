import type { ServerResponse } from 'node:http';
import { eventsType, eventText, startStream, writeJson } from '../../http.ts';
import { ApiError, errorBody } from '../../openai/errors.ts';
import type { Job } from '../scheduler/scheduler.ts';
import type { Exactness } from '../metrics.ts';
import type { LlmApi, Result, Writer } from './apis/api.ts';
import type { LlmRequest } from './request.ts';
import type { Step } from './schedule.ts';
import { tokensText } from './text.ts';

/** A request under the limit. One of `answered` and `cut` ends it, unless the client disconnects. */
export interface Place {
  /** Arrival of the request on the clock of `performance.now()`. */
  readonly since: number;
  /** Called before the last bytes are sent, because the client's next request must not overtake them. */
  answered(status: number): void;
  /** Counts a connection that is closed early on purpose. */
  cut(): void;
  /** Sets what to do when the client disconnects. */
  onGone(listener: () => void): void;
}

/** What writing a response needs. */
export interface Reply {
  readonly api: LlmApi;
  readonly wanted: LlmRequest;
  readonly response: ServerResponse;
  readonly place: Place;
  readonly exactness: Exactness;
  /** The usage names cached tokens. */
  readonly tellsCached: boolean;
}

/** Message of an error that the request asked for. */
export const toldToFail = 'Failed on purpose, because of error_rate.';

type Writing = Pick<Job, 'onStart' | 'onStep'>;

/** Returns what writes a response in one piece, when its last token is due. */
export function writeWhole(reply: Reply): Writing {
  const { response, place, exactness } = reply;
  let writer: Writer | undefined;
  return {
    onStart: (cached) => (writer = reply.wanted.asked.writer(resultOf(reply, cached))),
    onStep: (step, due) => {
      if (step.kind === 'cut') {
        cutOff(response, place);
        return;
      }
      place.answered(200);
      if (writer) writeJson(response, 200, writer.whole());
      process.nextTick(() => exactness.answer.add(performance.now() - due));
    },
  };
}

/** Returns the writer of a stream, step by step. The head is sent immediately. */
export function writeStream(reply: Reply): Writing {
  const { api, wanted, response, place, exactness } = reply;
  let writer: Writer | undefined;
  let isFirst = true;
  let wrote = { at: 0, due: 0 };

  const note = (due: number): void => {
    // Written data is sent at the end of this tick, and this runs right after it.
    process.nextTick((first: boolean) => {
      const at = performance.now();
      if (first) exactness.firstToken.add(at - due);
      else exactness.gap.add(at - wrote.at - (due - wrote.due));
      wrote = { at, due };
    }, isFirst);
    isFirst = false;
  };
  const textOf = (of: Writer, { from, to }: Step): string => {
    const split = Math.min(to, Math.max(from, wanted.reasoningTokens));
    const thought = split > from ? (of.reasoning?.(tokensText(from, split)) ?? '') : '';
    return thought + (to > split ? of.piece(tokensText(split, to), split, to) : '');
  };
  startStream(response, wanted.asked.streamType ?? eventsType);
  response.flushHeaders();
  return {
    onStart: (cached) => {
      writer = wanted.asked.writer(resultOf(reply, cached));
      const opening = writer.opening();
      if (opening) response.write(opening);
    },
    onStep: (step, due, next) => {
      if (!writer) return;
      if (step.kind === 'cut') {
        cutOff(response, place);
        return;
      }
      if (step.kind === 'error') {
        place.answered(200);
        const error = new ApiError(wanted.errors.status, toldToFail);
        response.end(api.errorText?.(error) ?? eventText(bodyOf(api, error)));
        return;
      }
      const text = textOf(writer, step);
      note(due);
      if (step.to === wanted.tokens) {
        place.answered(200);
        response.end(text + writer.closing());
      } else if (response.write(text)) next();
      else response.once('drain', next);
    },
  };
}

/** Returns the body of an error in the format of an API. */
export const bodyOf = (api: LlmApi | undefined, error: ApiError): object => api?.errorBody?.(error) ?? errorBody(error);

function resultOf({ wanted, tellsCached }: Reply, cached: number): Result {
  const { asked, model, tokens, reasoningTokens, finishReason } = wanted;
  return {
    model,
    finishReason,
    usage: {
      prompt: asked.prompt.length,
      completion: tokens,
      cached: tellsCached ? cached : undefined,
      reasoning: reasoningTokens > 0 ? reasoningTokens : undefined,
    },
    // Most streams don't need the texts as a whole.
    get text() {
      return tokensText(reasoningTokens, tokens);
    },
    get reasoning() {
      return tokensText(0, reasoningTokens);
    },
  };
}

function cutOff(response: ServerResponse, place: Place): void {
  place.cut();
  // In the next turn, when the chunk before it has been sent for sure.
  setImmediate(() => response.destroy());
}

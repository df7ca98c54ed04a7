import type { IncomingMessage, ServerResponse } from 'node:http';
import { doneEvent, eventText, readJson, startEvents, writeError, writeJson } from '../../http.ts';
import { ApiError, errorBody } from '../../openai/errors.ts';
import { answerWriter, type AnswerWriter } from '../../openai/responses.ts';
import type { Exactness } from '../metrics.ts';
import { sleepUntil } from '../sleep.ts';
import { type LlmRequest, modelName, readLlmRequest } from './request.ts';
import { isUnlucky, makeSchedule, type Step } from './schedule.ts';
import { tokensText } from './text.ts';

/** A request's place under the limit. One of `answered` and `cut` gives it back, unless the client goes away. */
export interface Place {
  /** When the request arrived, as `performance.now()`. */
  readonly since: number;
  /** Called before the last bytes leave: the client's next request must not overtake them. */
  answered(status: number): void;
  /** Counts a connection that is cut on purpose. */
  cut(): void;
  /** What to do when the client goes away. */
  onGone(listener: () => void): void;
}

/** The routes below /v1. */
export interface LlmRoutes {
  handle(url: URL, request: IncomingMessage, response: ServerResponse, place: Place): Promise<void>;
}

const created = Math.floor(Date.now() / 1000);
const modelCard = { id: modelName, object: 'model', created, owned_by: 'loadlens' };

/** An OpenAI-compatible server without a model: known text at known times; docs/mock-server.md. */
export function createLlmRoutes(options: { timeScale: number; exactness: Exactness }): LlmRoutes {
  const { timeScale, exactness } = options;
  let requests = 0;

  const generate = (wanted: LlmRequest, response: ServerResponse, place: Place): void => {
    const index = requests++;
    const fails = isUnlucky(wanted.errors.rate, wanted.timing.seed, index);
    if (fails && (wanted.errors.mode === 'status' || !wanted.stream)) {
      throw new ApiError(wanted.errors.status, toldToFail);
    }
    const steps = makeSchedule(wanted.tokens, wanted.timing, { index, fails });
    const writer = answerWriter(
      { kind: wanted.kind, model: wanted.model, fingerprint: 'loadlens-mock' },
      wanted.includeUsage,
    );
    const dueAt = (step: Step | undefined): number => place.since + (step?.atMs ?? 0) * timeScale;
    if (wanted.stream) writeStream({ wanted, writer, response, place, exactness }, steps, dueAt);
    else writeWhole({ wanted, writer, response, place, exactness }, steps, dueAt);
  };

  const routes: Readonly<Record<string, { method: string; answer: Handler }>> = {
    '/v1/models': { method: 'GET', answer: json({ object: 'list', data: [modelCard] }) },
    [`/v1/models/${modelName}`]: { method: 'GET', answer: json(modelCard) },
    '/v1/completions': { method: 'POST', answer: generator('completion') },
    '/v1/chat/completions': { method: 'POST', answer: generator('chat') },
  };

  function generator(kind: LlmRequest['kind']): Handler {
    return async ({ searchParams }, request, response, place) => {
      const body = await readJson(request);
      // The client may be gone by now.
      if (!response.destroyed) generate(readLlmRequest(kind, body, searchParams), response, place);
    };
  }

  return {
    handle: async (url, request, response, place) => {
      try {
        const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
        if (!route) throw new ApiError(404, `${url.pathname} not found. Try POST /v1/chat/completions.`);
        const { method, answer } = route;
        const allow = method === 'GET' ? 'GET, HEAD' : method;
        if (!allow.split(', ').includes(request.method ?? '')) {
          throw new ApiError(405, `${url.pathname} accepts only ${allow} requests.`, { headers: { allow } });
        }
        await answer(url, request, response, place);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        place.answered(error.status);
        writeError(response, error);
      }
    },
  };
}

const toldToFail = 'Failed on purpose, because of error_rate.';

type Handler = (url: URL, request: IncomingMessage, response: ServerResponse, place: Place) => void | Promise<void>;

const json =
  (body: object): Handler =>
  (_url, _request, response, place) => {
    place.answered(200);
    writeJson(response, 200, body);
  };

/** What writing one answer needs. */
interface Answer {
  readonly wanted: LlmRequest;
  readonly writer: AnswerWriter;
  readonly response: ServerResponse;
  readonly place: Place;
  readonly exactness: Exactness;
}

/** An answer in one piece comes when its last token would have come. */
function writeWhole(answer: Answer, steps: readonly Step[], dueAt: (step: Step | undefined) => number): void {
  const { wanted, writer, response, place, exactness } = answer;
  const last = steps.at(-1);
  const due = dueAt(last);
  const wake = sleepUntil(due, () => {
    if (last?.kind === 'cut') {
      cutOff(response, place);
      return;
    }
    const choice = { text: tokensText(0, wanted.tokens), finishReason: wanted.finishReason };
    const body = writer.whole([choice], usageOf(wanted));
    place.answered(200);
    writeJson(response, 200, body);
    process.nextTick(() => exactness.answer.add(performance.now() - due));
  });
  place.onGone(wake);
}

function writeStream(answer: Answer, steps: readonly Step[], dueAt: (step: Step | undefined) => number): void {
  const { wanted, writer, response, place, exactness } = answer;
  const piece = pieceWriter(writer);
  let position = 0;
  let wrote = { at: 0, due: 0 };
  let wake: (() => void) | undefined;

  const note = (due: number): void => {
    // Subtle here: what is written leaves at the end of this tick, and this runs right after it.
    process.nextTick((first: boolean) => {
      const at = performance.now();
      if (first) exactness.firstToken.add(at - due);
      else exactness.gap.add(at - wrote.at - (due - wrote.due));
      wrote = { at, due };
    }, position === 0);
  };
  const writeStep = (): void => {
    const step = steps[position];
    if (!step) return;
    if (step.kind === 'cut') {
      cutOff(response, place);
      return;
    }
    if (step.kind === 'error') {
      place.answered(200);
      response.end(eventText(errorBody(new ApiError(wanted.errors.status, toldToFail))));
      return;
    }
    const text = piece(tokensText(step.from, step.to));
    note(dueAt(step));
    position++;
    if (position === steps.length) {
      place.answered(200);
      response.end(text + endOf(wanted, writer));
    } else if (response.write(text)) sleepOn();
    else response.once('drain', sleepOn);
  };
  const sleepOn = (): void => {
    wake = sleepUntil(dueAt(steps[position]), writeStep);
  };
  place.onGone(() => wake?.());

  startEvents(response);
  const opening = writer.opening(0);
  if (opening) response.write(eventText(opening));
  else response.flushHeaders();
  sleepOn();
}

/** Writes pieces by putting the text into the place of a mark: JSON.stringify of every piece would cost more than its socket. */
function pieceWriter(writer: AnswerWriter): (text: string) => string {
  const mark = '\u0001';
  const [before = '', after = ''] = eventText(writer.piece(0, mark)).split(JSON.stringify(mark));
  return (text) => before + JSON.stringify(text) + after;
}

function endOf(wanted: LlmRequest, writer: AnswerWriter): string {
  const usage = wanted.includeUsage ? eventText(writer.usage(usageOf(wanted))) : '';
  return `${eventText(writer.closing(0, wanted.finishReason))}${usage}${doneEvent}`;
}

const usageOf = ({ promptTokens, tokens }: LlmRequest): { prompt: number; completion: number } => ({
  prompt: promptTokens,
  completion: tokens,
});

function cutOff(response: ServerResponse, place: Place): void {
  place.cut();
  response.destroy();
}

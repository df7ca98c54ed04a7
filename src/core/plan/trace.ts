import type { PreparedRequest } from '../endpoints/types.ts';
import type { Trace } from '../endpoints/data/trace.ts';
import { formatCount } from '../format.ts';
import { LoadlensError } from '../errors.ts';
import type { RunInput, RunPlan } from './types.ts';

/** Returns the trace of a run; undefined without one. */
export const traceOf = (requests: readonly Pick<RunInput['requests'][number], 'trace'>[]): Trace | undefined =>
  requests.find(({ trace }) => trace !== undefined)?.trace;

/**
 * Returns the input with what the plan has to know of its trace: how many requests it sends, and for how long.
 * @throws LoadlensError if the plan needs more of the trace than is read
 */
export function withTrace<Input extends RunInput>(input: Input): Input {
  const { plan, requests } = input;
  const trace = traceOf(requests);
  if (trace === undefined || plan.trace === undefined) return input;
  const { speed } = plan.trace;
  const endMs = plan.durationS === null ? Infinity : 1_000 * plan.durationS;
  let [starts, turns] = [0, 0];
  for (const { atMs, later = [] } of trace.rows) {
    if (turns >= (plan.requests ?? Infinity) || atMs / speed >= endMs) break;
    starts += 1;
    turns += 1 + later.length;
  }
  if (trace.isPart && starts === trace.rows.length && (plan.requests ?? Infinity) > turns) {
    throw new LoadlensError(`Only the first ${formatCount(turns)} requests of ${trace.file} can be replayed.`, {
      hint: `Use at most -n ${turns}, a shorter --duration, or a part of the file.`,
      directive: 'trace',
    });
  }
  const spanMs = (trace.rows[starts - 1]?.atMs ?? 0) / speed;
  const facts = { ...plan.trace, format: trace.format, ...(!trace.isPart && { requests: requestsIn(trace) }), spanMs };
  const atSpeed = requests.map((request) => withSpeed(request, speed));
  return { ...input, requests: atSpeed, plan: { ...plan, requests: turns, trace: facts } };
}

/** Returns the times of a plan's trace, ms; undefined without one. */
export function traceTimes({ trace: planned }: RunPlan, trace: Trace | undefined): readonly number[] | undefined {
  return planned && trace?.rows.map(({ atMs }) => atMs / planned.speed);
}

const requestsIn = ({ rows }: Trace): number => rows.reduce((sum, { later = [] }) => sum + 1 + later.length, 0);

function withSpeed(request: PreparedRequest, speed: number): PreparedRequest {
  const { conversations } = request;
  if (conversations?.generated === undefined) return request;
  return { ...request, conversations: { ...conversations, generated: { ...conversations.generated, speed } } };
}

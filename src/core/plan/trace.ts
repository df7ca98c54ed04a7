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
  const within = trace.rows.slice(0, plan.requests ?? undefined).filter(({ atMs }) => atMs / speed < endMs);
  if (trace.isPart && within.length === trace.rows.length && plan.requests !== within.length) {
    throw new LoadlensError(`Only the first ${formatCount(within.length)} requests of ${trace.file} can be replayed.`, {
      hint: `Use at most -n ${within.length}, a shorter --duration, or a part of the file.`,
      directive: 'trace',
    });
  }
  const spanMs = (within.at(-1)?.atMs ?? 0) / speed;
  const facts = { ...plan.trace, format: trace.format, ...(!trace.isPart && { requests: trace.rows.length }), spanMs };
  return { ...input, plan: { ...plan, requests: within.length, trace: facts } };
}

/** Returns the times of a plan's trace, ms; undefined without one. */
export function traceTimes({ trace: planned }: RunPlan, trace: Trace | undefined): readonly number[] | undefined {
  return planned && trace?.rows.map(({ atMs }) => atMs / planned.speed);
}

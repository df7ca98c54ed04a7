import { neededToPass, neverConfirmed } from '../../plan/capacity.ts';
import type { Objective } from '../../vocabulary.ts';

/** Returns what the runs of a search need to confirm a level, if they have fewer requests, or if no number is enough. */
export function tooFewToConfirm(objectives: readonly Objective[], requests: number): string[] {
  const needed = neededToPass(objectives, requests);
  const never = neverConfirmed(objectives).map(({ text }) => text);
  return [
    ...(needed.length === 0 ? [] : [`Not enough requests to confirm a level: ${needed.join(', ')} per run.`]),
    ...(never.length === 0 ? [] : [`No number of requests confirms ${never.join(', ')}.`]),
  ];
}

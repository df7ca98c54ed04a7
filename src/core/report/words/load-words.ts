import { peakRatePerS } from '../../values/stages.ts';
import { maxInFlightOf } from '../../plan/max-in-flight.ts';
import type { RunPlan } from '../../plan/types.ts';
import type { Stage, TransportName } from '../../vocabulary.ts';
import { formatCount, formatNumber, formatS, withoutZeros } from '../../format.ts';

/** Names of the transports. */
export const transportLabels: Readonly<Record<TransportName, string>> = {
  raw: 'built-in HTTP client',
  undici: 'undici',
};

/** Returns the load of a plan: `concurrency 10 (closed model)`, `200/s, constant, max in flight 1,000 (open model)`. */
export function loadText(plan: RunPlan): string {
  const { loadModel, stages = [], atOnce = false, trace } = plan;
  const count = formatCount(maxInFlightOf(plan));
  if (trace !== undefined) {
    const { file, speed, requests = null, spanMs = null } = trace;
    const part = `${formatCount(plan.requests)}${requests === null ? '' : ` of ${formatCount(requests)}`} requests over ${withoutZeros(formatS((spanMs ?? 0) / 1_000))}`;
    return `trace ${file} (${part}${speed === 1 ? '' : `, speed ${speed}`}), max in flight ${count} (open model)`;
  }
  if (atOnce) return `infinite rate, max in flight ${count} (open model)`;
  return loadModel === 'closed'
    ? `concurrency ${count} (closed model)`
    : `${stages.map(stageText).join(', ')}, ${arrivalText(plan)}, max in flight ${count} (open model)`;
}

/** Returns the arrival process as text: `constant`, `Poisson`, `gamma with burstiness 0.5`. */
function arrivalText({ arrivals, burstiness = 1 }: RunPlan): string {
  if (arrivals === 'gamma') return `gamma with burstiness ${burstiness}`;
  return arrivals === 'poisson' ? 'Poisson' : 'constant';
}

/** Returns a stage as text: `50/s`, `50/s for 30 s`, `50 to 200/s in 30 s`. */
function stageText({ fromPerS, toPerS, durationS }: Stage): string {
  const span = durationS === null ? '' : withoutZeros(formatS(durationS));
  if (fromPerS !== toPerS) return `${shortNumber(fromPerS)} to ${shortNumber(toPerS)}/s in ${span}`;
  return span === '' ? `${shortNumber(toPerS)}/s` : `${shortNumber(toPerS)}/s for ${span}`;
}

/** Returns the arrival rate of an open model as one number: `200/s`, `up to 200/s`. */
export function rateText(stages: readonly Stage[]): string {
  const peak = peakRatePerS(stages);
  const steady = stages.every(({ fromPerS, toPerS }) => fromPerS === peak && toPerS === peak);
  return `${steady ? '' : 'up to '}${shortNumber(peak)}/s`;
}

const shortNumber = (value: number): string => withoutZeros(formatNumber(value));

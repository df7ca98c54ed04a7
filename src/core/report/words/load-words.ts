import { peakRatePerS } from '../../values/stages.ts';
import type { RunPlan } from '../../plan/types.ts';
import type { Stage, TransportName } from '../../vocabulary.ts';
import { formatCount, formatNumber, formatS, withoutZeros } from '../../format.ts';

/** Names of the transports. */
export const transportLabels: Readonly<Record<TransportName, string>> = {
  raw: 'built-in HTTP client',
  undici: 'undici',
};

/** How the requests of a plan leave: `at most 10 in flight (closed loop)`, `200/s, constant, at most 1,000 in flight (open loop)`. */
export function loadText({ loadModel, arrivals, stages = [], concurrency }: RunPlan): string {
  const limit = `at most ${formatCount(concurrency)} in flight`;
  return loadModel === 'closed'
    ? `${limit} (closed loop)`
    : `${stages.map(stageText).join(', ')}, ${arrivals === 'poisson' ? 'Poisson' : 'constant'}, ${limit} (open loop)`;
}

/** `50/s`, `50/s for 30 s`, `50 to 200/s in 30 s`. */
function stageText({ fromPerS, toPerS, durationS }: Stage): string {
  const span = durationS === null ? '' : withoutZeros(formatS(durationS));
  if (fromPerS !== toPerS) return `${shortNumber(fromPerS)} to ${shortNumber(toPerS)}/s in ${span}`;
  return span === '' ? `${shortNumber(toPerS)}/s` : `${shortNumber(toPerS)}/s for ${span}`;
}

/** The rate of an open loop in one number, for narrow places: `200/s`, `up to 200/s`. */
export function rateText(stages: readonly Stage[]): string {
  const peak = peakRatePerS(stages);
  const steady = stages.every(({ fromPerS, toPerS }) => fromPerS === peak && toPerS === peak);
  return `${steady ? '' : 'up to '}${shortNumber(peak)}/s`;
}

const shortNumber = (value: number): string => withoutZeros(formatNumber(value));

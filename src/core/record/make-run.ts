import { maskedUrl } from '../endpoints/credentials.ts';
import type { RunTarget } from '../endpoints/types.ts';
import { lostHealth } from '../metrics/client/client-health.ts';
import { mostDetailed } from '../metrics/recorder/target-detail.ts';
import type { Snapshot, Summary } from '../metrics/types.ts';
import type { TransportName } from '../vocabulary.ts';
import { formatMs } from '../format.ts';
import { mergeServerNotes } from './merge-notes.ts';
import { recordSchema, type LlmRequest, type PromptUse, type RunRecord } from './run.ts';

/** Parts of a record besides the summary. */
export type RecordParts = {
  readonly promptUses?: readonly (PromptUse | undefined)[];
  readonly llmRequests?: readonly (LlmRequest | undefined)[];
} & Pick<
  RunRecord,
  | 'id'
  | 'name'
  | 'startedAt'
  | 'status'
  | 'plan'
  | 'warmupSent'
  | 'addresses'
  | 'objectives'
  | 'failureSamples'
  | 'client'
  | 'environment'
  | 'source'
> & { readonly targets: readonly RunTarget[]; readonly summary: Summary } & Partial<
    Pick<
      RunRecord,
      | 'stopReason'
      | 'server'
      | 'serverMetrics'
      | 'gpuMetrics'
      | 'values'
      | 'precision'
      | 'steadyState'
      | 'saturation'
      | 'tokenCheck'
      | 'inputCheck'
      | 'inputTokenSource'
      | 'connections'
    >
  >;

/** Parts of a record that are known during a run. */
export type KnownParts = Pick<
  RecordParts,
  'id' | 'name' | 'startedAt' | 'plan' | 'targets' | 'warmupSent' | 'environment' | 'source' | 'addresses' | 'server'
> & {
  /** Transport that sends. */
  readonly transport: TransportName;
};

/** Maximum number of targets in a partial record. It is made while requests are timed, so it must stay small. */
const mostPartialTargets = 100;

/** Maximum number of targets in a record. Hundreds of thousands would take more space than all numbers. */
const mostTargets = mostDetailed;

const idLetters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Returns the record of a run: plan, numbers, and provenance. */
export function makeRecord({ summary, targets, ...parts }: RecordParts): RunRecord {
  return {
    schema: recordSchema,
    id: parts.id,
    name: parts.name,
    startedAt: parts.startedAt,
    status: parts.status,
    ...(parts.stopReason === undefined ? {} : { stopReason: parts.stopReason }),
    plan: maskedPlan(parts.plan),
    targets: targets
      .slice(0, mostTargets)
      .map((target, index) => listedTarget(target, parts.promptUses?.[index], parts.llmRequests?.[index])),
    targetCount: targets.length,
    warmupSent: parts.warmupSent,
    ...(parts.precision && { precision: parts.precision }),
    ...(parts.steadyState && { steadyState: parts.steadyState }),
    ...(parts.saturation && { saturation: parts.saturation }),
    ...(parts.values && { values: parts.values }),
    ...(parts.tokenCheck && { tokenCheck: parts.tokenCheck }),
    ...(parts.inputCheck && { inputCheck: parts.inputCheck }),
    ...(parts.inputTokenSource && { inputTokenSource: parts.inputTokenSource }),
    ...summary,
    addresses: parts.addresses,
    ...(parts.connections && { connections: parts.connections }),
    objectives: parts.objectives,
    failureSamples: parts.failureSamples,
    client: parts.client,
    environment: parts.environment,
    source: parts.source,
    ...(parts.server === undefined ? {} : { server: parts.server }),
    ...(parts.serverMetrics === undefined ? {} : { serverMetrics: parts.serverMetrics }),
    ...(parts.gpuMetrics === undefined ? {} : { gpuMetrics: parts.gpuMetrics }),
  };
}

/** Returns the plan without keys in the addresses of metrics. */
function maskedPlan(plan: RunRecord['plan']): RunRecord['plan'] {
  return plan.metricsUrl === undefined
    ? plan
    : { ...plan, metricsUrl: plan.metricsUrl.split(/(\s+)/).map(maskedUrl).join('') };
}

/** Returns a target in the form of a record. */
export function listedTarget(
  { name, method, url, weight, llm }: RunTarget,
  prompts?: PromptUse,
  llmRequest?: LlmRequest,
): RunRecord['targets'][number] {
  return {
    name,
    method,
    url: maskedUrl(url),
    weight,
    ...(llm && { llm }),
    ...(llmRequest && { llmRequest }),
    ...(prompts && { prompts }),
  };
}

/** Returns the record that remains if the process ends right after the snapshot. */
export function partialRecord(
  { targets, transport, ...known }: KnownParts,
  { summary, inFlight, elapsedMs, failures, notes, precision }: Snapshot,
): RunRecord {
  const record = makeRecord({
    ...known,
    status: 'crashed',
    stopReason: `This is the last snapshot, ${formatMs(elapsedMs)} after the start.`,
    targets: targets.slice(0, mostPartialTargets),
    summary: { ...summary, requestsCancelled: summary.requestsCancelled + inFlight },
    ...(precision && { precision }),
    objectives: [],
    failureSamples: failures ?? [],
    client: { ...lostHealth(summary), transport },
    ...serverWith(known.server, notes),
  });
  return { ...record, targetCount: targets.length };
}

/**
 * Returns the record of a run whose process has crashed, or would if it crashed now.
 * @param partial its last partial record, with everything known at the start of the clock
 * @param snapshot its last snapshot
 */
export function lastRecord(
  partial: RunRecord,
  { summary, inFlight, failures, notes }: Snapshot,
  end: Pick<RunRecord, 'status' | 'stopReason'>,
): RunRecord {
  const { stopReason: _, ...known } = partial;
  return {
    ...known,
    ...end,
    ...summary,
    requestsCancelled: summary.requestsCancelled + inFlight,
    ...(failures !== undefined && { failureSamples: failures }),
    client: { ...known.client, scheduleLagP99Ms: summary.scheduleLagMs.p99 },
    ...serverWith(known.server, notes),
  };
}

/** Returns the known facts about the server, with further notes. */
function serverWith(server: RunRecord['server'], notes: readonly string[] = []): Pick<RecordParts, 'server'> {
  if (notes.length === 0) return {};
  return { server: { ...server, notes: mergeServerNotes([server?.notes ?? [], notes]) } };
}

/**
 * Returns an ID that sorts by time (UTC) and is unique within a history: `20261122-201537-k3f9`.
 * @param random as `Math.random`
 */
export function recordId(date: Date, random: () => number): string {
  const [day = '', time = ''] = date.toISOString().replaceAll(/[-:]/g, '').split('T');
  const letters = Array.from({ length: 4 }, () => idLetters[Math.floor(random() * idLetters.length)] ?? 'a');
  return `${day}-${time.slice(0, 6)}-${letters.join('')}`;
}

import { isTokenless } from '../../endpoints/llm/api-requests.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import { hasStreams } from '../../metrics/streams.ts';
import type { Distribution } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';

type Fields = Record<string, number | string | null>;

/** Returns a run as `vllm bench serve --save-result` writes it: one JSON object on one line. */
export const renderVllm = (record: RunRecord): string => renderVllmLines([record]);

/** Returns one line for each run, as `--append-result` does. */
export const renderVllmLines = (runs: readonly RunRecord[]): string =>
  runs.map((run) => `${JSON.stringify(vllmFields(run))}\n`).join('');

/**
 * Returns the fields of `vllm bench serve` that a run has values for, by the names, units, and definitions of its
 * `vllm/benchmarks/serve.py`. docs/metrics.md lists them beside ours.
 */
export function vllmFields(record: RunRecord): Fields {
  const { plan, successes } = record;
  const durationS = record.requestsSent === 0 ? 0 : record.totalMs / 1000;
  const perS = (count: number): number => (durationS > 0 ? count / durationS : 0);
  const backend = backendOf(record.targets[0]);
  const model = record.targets[0]?.llmRequest?.model;
  // In vLLM, all rates use the whole duration, also if a request hangs until its timeout.
  const good = record.sloAttainment === null ? null : Math.round(record.sloAttainment * record.requestsSent);
  const output = record.avgOutputTokens === null ? undefined : record.outputTokens;
  // Embeddings have input tokens only, and vLLM's total is theirs.
  const total = output ?? (isTokenless(record.targets[0]?.llmRequest?.dialect) ? 0 : undefined);
  return {
    date: record.id.slice(0, 'yyyymmdd-hhmmss'.length),
    ...(backend !== undefined && { endpoint_type: backend, backend }),
    label: record.name,
    ...(model !== undefined && { model_id: model }),
    num_prompts: plan.requests ?? record.requestsSent,
    ...rateFields(plan),
    max_concurrency: plan.maxInFlight ?? plan.concurrency,
    duration: durationS,
    completed: successes,
    failed: record.requestsSent - successes,
    ...(record.inputTokens !== undefined && { total_input_tokens: record.inputTokens }),
    ...(output !== undefined && { total_output_tokens: output }),
    request_throughput: perS(successes),
    request_goodput: good === null ? null : perS(good),
    ...(output !== undefined && { output_throughput: perS(output) }),
    ...(record.inputTokens !== undefined &&
      total !== undefined && { total_token_throughput: perS(record.inputTokens + total) }),
    ...(hasStreams(record) && {
      ...timeFields('ttft', record.ttftMs),
      ...timeFields('tpot', record.tpotMs),
      ...timeFields('itl', record.iclMs),
    }),
    ...timeFields('e2el', hasStreams(record) ? record.e2eMs : record.successLatencyMs),
  };
}

/** Returns the backend that sends such requests there; for other APIs their name, and undefined for other servers. */
function backendOf(target: RunRecord['targets'][number] | undefined): string | undefined {
  const { dialect, path = '' } = target?.llmRequest ?? {};
  if (dialect === 'openai') return /\/chat\/completions\/*$/.test(path) ? 'openai-chat' : dialect;
  return dialect === 'embeddings' ? 'openai-embeddings' : dialect;
}

/** Returns the arrival rate. A closed model is an infinite rate with a maximum concurrency. */
function rateFields(plan: RunRecord['plan']): Fields {
  const rate = plan.loadModel === 'closed' ? Infinity : targetRatePerS(plan);
  if (rate === Infinity) return { request_rate: 'inf', burstiness: 1 };
  const { arrivals, burstiness } = plan;
  return {
    ...(rate !== null && { request_rate: rate }),
    ...(arrivals === 'poisson' || arrivals === 'gamma' ? { burstiness: burstiness ?? 1 } : {}),
  };
}

/** Returns the statistics of a time; none without values. */
function timeFields(name: string, { count, mean, median, stdev, p90, p95, p99, p999 }: Distribution): Fields {
  if (count === 0) return {};
  return {
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: median,
    // numpy's standard deviation divides by n, ours by n − 1.
    [`std_${name}_ms`]: stdev === null ? 0 : stdev * Math.sqrt((count - 1) / count),
    [`p90_${name}_ms`]: p90,
    [`p95_${name}_ms`]: p95,
    [`p99_${name}_ms`]: p99,
    [`p99.9_${name}_ms`]: p999,
  };
}

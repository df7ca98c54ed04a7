import { maxInFlightOf } from '../../plan/max-in-flight.ts';
import { lateFailuresMs } from '../../metrics/rates.ts';
import { errorKinds, type HealthBound } from '../../metrics/types.ts';
import { countsAgree } from '../../record/token-check.ts';
import { knownPromptSentences } from './llm/known-prompts.ts';
import { unreadMetricsSentences } from './unread-metrics.ts';
import { inputSourceText } from './llm/input-source.ts';
import { calibrationText, selfCalibrationText } from '../../record/calibration.ts';
import { bottleneckOf } from './bottleneck.ts';
import { boundOf, healthSentences } from './client-words.ts';
import { earlyEnd } from './early-end.ts';
import { failureSentences } from './failure-reasons.ts';
import { isMixed } from './headline.ts';
import { loadText, transportLabels } from './load-words.ts';
import { errorWords, statusWords } from './outcome-words.ts';
import { conversationSentences, promptFacts } from './prompt-facts.ts';
import { excludedText, knownText, notReachedSentence, unsettledSentence } from './steady-words.ts';
import { serverGoneSentence } from '../server-gone.ts';
import { serverNoteFacts, serverUseOf } from './server-notes.ts';
import type { Saturation } from '../../metrics/saturation.ts';
import { levelsText, shortLevel } from '../../record/sweeps/level-words.ts';
import type { RunRecord, ServerUse } from '../../record/run.ts';
import {
  capital,
  countOf,
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatS,
  noValue,
  withoutZeros,
} from '../../format.ts';

/** Returns what is wrong with conversations, prompts, and server metrics of a run, in sentences. */
export const workloadSentences = (record: RunRecord): string[] => [
  ...conversationSentences(record),
  ...knownPromptSentences([record]),
  ...unreadMetricsSentences([record]),
];

/** Returns sentences that a reader must know before the numbers: a partial run, failures, a backlog, a client limit. */
export function attention(record: RunRecord): string[] {
  const lines: string[] = [];
  const measured = requests(record.requestsSent);
  lines.push(
    ...earlyEnd(
      'Run',
      record,
      record.status === 'crashed' ? `the ${measured} reported before it stopped` : `the ${measured} that had ended`,
    ),
  );
  for (const sentence of [unsettledSentence(record), notReachedSentence(record)])
    if (sentence !== undefined) lines.push(sentence);
  const gone = serverGoneSentence(record, record.plan);
  if (gone !== undefined) lines.push(gone);
  if (record.requestsCancelled > 0) {
    lines.push(`In flight when the run ended: ${requests(record.requestsCancelled)}. Other numbers exclude them.`);
  }
  lines.push(...failureSentences([record]), ...workloadSentences(record));
  if (record.reconnected !== undefined && record.reconnected > 0) {
    lines.push(
      `${capital(requests(record.reconnected))} hit a closing connection and retried once on a new one. Latency counts from the first attempt.`,
    );
  }
  if (record.saturation?.overSaturated) lines.push(saturationSentence(record.saturation));
  lines.push(...backlogSentences(record));
  const failed = record.requestsSent - record.responses;
  if (failed > 0) {
    const kinds = errorKinds.flatMap((kind) => {
      const n = record.errors[kind];
      return n === undefined ? [] : [`${formatCount(n)} × ${errorWords[kind].label}`];
    });
    lines.push(
      `${formatCount(failed)} of ${measured} got no usable response (${kinds.join(', ')}). Excluded from latency.`,
    );
  }
  const lateMs = lateFailuresMs(record);
  if (lateMs !== null) {
    lines.push(
      `Failed requests ended up to ${formatMs(lateMs)} after the last response. The total time includes this, rates don't.`,
    );
  }
  if (record.streams !== undefined && record.streams.partial > 0) {
    const { partial, partialChunks } = record.streams;
    lines.push(
      `${capital(countOf(partial, 'stream'))} failed after a token (${countOf(partialChunks, 'chunk')}). Excluded from stream times and token counts.`,
    );
  }
  if (isMixed(record)) lines.push(mixedSentence(record));
  return [...lines, ...estimateSentences(record), ...bottleneckSentences(record), ...healthSentences(record)];
}

/** Returns what limited the run, if the server's metrics show it. */
export const bottleneckSentences = (record: RunRecord): string[] => {
  const bottleneck = bottleneckOf(record);
  return bottleneck === null ? [] : [bottleneck.sentence];
};

/** Says that numbers of tokens, and with them TPOT, are an estimate. */
export const estimateSentences = ({ tokenSource }: Pick<RunRecord, 'tokenSource'>): string[] =>
  tokenSource === 'chunks'
    ? [
        'Token counts, tokens/s, and TPOT are estimates: the server reports no tokens, so each chunk counts as one. Set a tokenizer to count them.',
      ]
    : [];

/** `Over-saturated: the server achieved 83.1 of 100 req/s.` and what follows from it. */
function saturationSentence({ answeredPerS, duePerS, endedEarly }: Saturation): string {
  const early = endedEarly ? ' The run ended early because of this.' : '';
  return `Over-saturated: the server achieved ${withoutZeros(formatNumber(answeredPerS))} of ${withoutZeros(formatNumber(duePerS))} req/s. Outstanding requests kept growing, so response times depend on the length of the run.${early}`;
}

/** Returns sentences on the backlog of an open model; none if every request was sent when it was due. */
function backlogSentences({ backlog, plan, saturation }: Pick<RunRecord, 'backlog' | 'plan' | 'saturation'>): string[] {
  if (backlog === undefined) return [];
  const unsent =
    backlog.unsent === 0
      ? []
      : [`Unsent when the run ended: ${requests(backlog.unsent)}. An objective on errors counts them.`];
  if (backlog.max === 0) return unsent;
  const behind = saturation?.overSaturated ? '' : 'The server fell behind the target rate. ';
  const waited = `${behind}Peak backlog: ${countOf(backlog.max, 'request')} (max in flight ${formatCount(maxInFlightOf(plan))}). The queue was non-empty for ${withoutZeros(formatMs(backlog.waitedMs))}. Response time includes queueing, latency doesn't.`;
  return [waited, ...unsent];
}

function mixedSentence(record: RunRecord): string {
  const failures = record.responses - record.successes;
  const whose =
    failures * 2 >= record.responses
      ? 'Latency over all responses is mostly that of failures'
      : 'Latency over all responses includes that of failures';
  const alone =
    record.successes === 0
      ? 'no request succeeded'
      : `successes alone: median ${formatMs(record.successLatencyMs.median)}, mean ${formatMs(record.successLatencyMs.mean)}`;
  return `${whose}; ${alone}.`;
}

/** Returns the amount of a plan: `500 requests or 30 s`, whichever ends first. */
export function lengthText({ requests: most, conversations, durationS }: RunRecord['plan']): string {
  return [
    ...(most === null ? [] : [requests(most)]),
    ...(conversations === undefined ? [] : [countOf(conversations, 'conversation')]),
    ...(durationS === null ? [] : [withoutZeros(formatS(durationS))]),
  ].join(' or ');
}

/** Returns how many requests were sent so that no conversation is cut off; empty if it's the number planned. */
function roundedText({ plan, conversations, requestsSent }: RunRecord): string {
  return conversations === undefined || plan.requests === null || requestsSent <= plan.requests
    ? ''
    : ` (${formatCount(requestsSent)} sent, so that each conversation is complete)`;
}

/** Returns the facts that a result depends on: plan, methods, machine, software. */
export function provenance(record: RunRecord): [label: string, value: string][] {
  const { environment, plan, source } = record;
  const use = serverUseOf(record);
  return [
    ['run', `${record.id}, ${record.startedAt}, ${statusWords[record.status]}`],
    ...(source === null ? [] : [['file', sourceText(source)] satisfies [string, string]]),
    [
      'plan',
      `${lengthText(plan)}${roundedText(record)}, ${loadText(plan)}, seed ${String(plan.seed)}, timeout ${withoutZeros(formatMs(plan.timeoutMs))}`,
    ],
    [
      'warm-up',
      `${excludedText(record) ?? (record.warmupSent === 0 ? 'none' : `${requests(record.warmupSent)}, not counted`)}${plan.coldStart ? '; cold start measured' : ''}`,
    ],
    ...(record.precision === undefined
      ? []
      : [['until', `${record.precision.asked.text}: ${knownText(record.precision)}`] satisfies [string, string]]),
    [
      'percentiles',
      record.percentileMethod === 'linear-interpolation'
        ? 'linear interpolation on all samples (type 7)'
        : 'from an HDR histogram, 3 significant digits',
    ],
    ...(plan.insecure ? [['certificates', 'not verified (insecure)'] satisfies [string, string]] : []),
    ['output tokens', tokenText(record)],
    ...inputFacts(record),
    ...promptFacts([record]),
    [
      'addresses',
      record.addresses.map(({ host, address }) => (host === address ? host : `${host} = ${address}`)).join(', ') ||
        noValue,
    ],
    ...(record.client.transport === undefined
      ? []
      : [['transport', transportLabels[record.client.transport]] satisfies [string, string]]),
    [
      'machine',
      `${environment.host}: ${environment.os}, ${environment.cpu}, ${countOf(environment.cores, 'core')}, ${withoutZeros(`${formatNumber(environment.memoryGiB)} GiB`)}`,
    ],
    ...measurementError(record),
    ...(use === undefined ? [] : [['server', serverText(use)] satisfies [string, string]]),
    ...serverNoteFacts([record]),
    ['software', `Loadlens ${environment.loadlens}, Node ${environment.node}`],
  ];
}

/** Returns the known measurement errors of the machine. */
export function measurementError({ environment, plan, ttftMs }: RunRecord): [label: string, value: string][] {
  const { calibration, selfCalibration } = environment;
  const run = { concurrency: plan.concurrency, streams: ttftMs !== undefined };
  return [
    ...(calibration === undefined
      ? []
      : [['measurement error', calibrationText(calibration, run)] satisfies [string, string]]),
    ...(selfCalibration === undefined
      ? []
      : [['client overhead', selfCalibrationText(selfCalibration)] satisfies [string, string]]),
  ];
}

/** Returns the run with the highest concurrency, at which client overhead is largest. */
export const mostConcurrent = (runs: readonly RunRecord[]): RunRecord | undefined =>
  runs.toSorted((a, b) => b.plan.concurrency - a.plan.concurrency)[0];

/** Returns the client warnings of several runs: for each level, those of the first run with any. */
export function warningFacts(runs: readonly RunRecord[]): [label: string, value: string][] {
  const warned = runs.filter(({ client }) => client.warnings.length > 0);
  const levels = [...new Set(warned.map(({ plan }) => shortLevel(plan)))];
  return levels.map((level) => {
    const same = warned.filter(({ plan }) => shortLevel(plan) === level);
    const said = same[0]?.client.warnings.join(' ') ?? '';
    const more = same.length < 2 ? '' : ` Similar in ${countOf(same.length, 'run')}.`;
    return [`client at ${level}`, `${said}${more}`];
  });
}

/** Returns one sentence on client limits and one on a noisy machine, if there are any. */
export function warningNote(runs: readonly RunRecord[]): string[] {
  const at = (bound: HealthBound): string | undefined => {
    const levels = runs.filter(({ client }) => boundOf(client) === bound).map(({ plan }) => plan);
    return levels.length === 0 ? undefined : levelsText(levels);
  };
  const client = at('client');
  const machine = at('machine');
  return [
    ...(client === undefined ? [] : [`${client}: the client was the limit or added delay. Details are below.`]),
    ...(machine === undefined ? [] : [`${machine}: noisy machine. Details are below.`]),
  ];
}

/** Returns `unsaved changes` if the run used text that was in no file, otherwise nothing. */
export const unsavedMark = (source: RunRecord['source']): readonly string[] =>
  source?.unsaved === true ? ['unsaved changes'] : [];

/** Returns the source of the targets: file and commit. */
export function sourceText(source: NonNullable<RunRecord['source']>): string {
  const { file, gitCommit, gitBranch, gitDirty } = source;
  const commit =
    gitCommit === undefined
      ? ''
      : ` at ${gitCommit.slice(0, 12)}${gitBranch === undefined ? '' : ` (${gitBranch})`}${gitDirty === true ? ' with uncommitted changes' : ''}`;
  return [`${file}${commit}`, ...unsavedMark(source)].join(', ');
}

/** Returns the resource usage of a server that Loadlens started, on one line. */
function serverText({ pid, cpuShare, rssStartMiB, rssEndMiB, rssMaxMiB }: ServerUse): string {
  // A run that stopped unexpectedly has only the reading at its start.
  if (rssEndMiB === null && rssStartMiB !== null)
    return `process ${String(pid)}: ${formatCount(rssStartMiB)} MiB resident at the start`;
  if (cpuShare === null && rssEndMiB === null) return `process ${String(pid)}; its usage isn't known on this system`;
  const memory = `${formatCount(rssEndMiB)} MiB resident (max ${formatCount(rssMaxMiB)})`;
  return `process ${String(pid)}: CPU ${formatPercent(cpuShare)} of a core, ${memory}`;
}

function inputFacts(record: RunRecord): [label: string, value: string][] {
  const source = inputSourceText(record);
  return source === undefined ? [] : [['input tokens', source]];
}

function tokenText(record: RunRecord): string {
  const sources: Record<RunRecord['tokenSource'], string> = {
    usage: 'reported by the server (usage)',
    output_tokens: 'from the JSON field output_tokens',
    eval_count: 'from the JSON field eval_count',
    tokenizer: `counted by the local tokenizer ${record.plan.tokenizer ?? ''}`.trimEnd(),
    chunks: 'one per chunk of the stream',
    none: record.inputTokens === undefined ? 'not reported by the server' : 'none in these responses',
  };
  const { tokenCheck: check, plan } = record;
  const agreed = check !== undefined && countsAgree(check) ? `; ${plan.tokenizer ?? ''} counts the same` : '';
  return `${sources[record.tokenSource]}${agreed}`;
}

function requests(n: number): string {
  return countOf(n, 'request');
}

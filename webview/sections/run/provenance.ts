import { unsavedMark } from '../../../src/core/report/words/facts.ts';
import { excludedText } from '../../../src/core/report/words/steady-words.ts';
import { promptFacts } from '../../../src/core/report/words/prompt-facts.ts';
import { loadText } from '../../../src/core/report/words/load-words.ts';
import type { ResultMark } from '../../../src/panel-protocol.ts';
import type { RunRecord, Source } from '../../../src/core/record/run.ts';
import { capital, formatCount, formatMs, withoutZeros } from '../../../src/core/format.ts';
import { h, type Child } from '../../dom.ts';
import { post } from '../../host.ts';
import { percentileMethodWords, planWords, requestsWords, tokenSourceWords } from '../../words.ts';
import { section } from '../kit/section.ts';

/**
 * Creates the section with the facts needed to repeat a run and to interpret its numbers.
 * @param mark the user's name and note for the run in the history
 */
export function provenance(record: RunRecord, mark: ResultMark = {}): HTMLElement {
  const { plan, environment: machine, source } = record;
  const { name, note } = mark;
  const facts: [string, Child][] = [
    ['File', source === null ? 'None' : fileWords(source, record.id)],
    ['Git', gitWords(source)],
    ['Started', new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })],
    [
      'Plan',
      plan.loadModel === 'closed' ? `${planWords(plan)}, closed model` : `${planWords(plan)}, ${loadText(plan)}`,
    ],
    ['Seed', String(plan.seed)],
    ['Warm-up', warmupWords(record)],
    [
      'Limits',
      `Timeout ${withoutZeros(formatMs(plan.timeoutMs))}, drain ${withoutZeros(formatMs(plan.drainMs))}, max redirects ${formatCount(plan.maxRedirects)}`,
    ],
    ...(plan.insecure ? [['Certificates', 'Not verified'] satisfies [string, Child]] : []),
    ['Sent from', machine.host],
    [
      'Machine',
      `${machine.os}, ${formatCount(machine.cores)} cores of ${machine.cpu}, ${machine.memoryGiB.toFixed(1)} GiB`,
    ],
    ['Addresses', record.addresses.map(({ host, address }) => `${host} → ${address}`).join('\n') || '–'],
    ['Percentiles', percentileMethodWords(record.percentileMethod)],
    ['Output tokens', tokenSourceWords(record)],
    ...promptFacts([record]).map(([label, value]): [string, Child] => [capital(label), capital(value)]),
    ['Versions', `Loadlens ${machine.loadlens}, Node ${machine.node}`],
    ['Run', record.id],
    ...(name === undefined ? [] : [['Name', name] satisfies [string, Child]]),
    ...(note === undefined ? [] : [['Note', note] satisfies [string, Child]]),
  ];
  return section(
    'Provenance',
    h('dl', { class: 'provenance' }, ...facts.flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])),
  );
}

/**
 * Creates a button that looks like a link and opens the endpoints file of a run in the editor.
 * @param id of the run
 */
export function fileButton({ file }: Source, id: string): HTMLElement {
  const button = h('button', { class: 'link', type: 'button' }, file);
  button.addEventListener('click', () => post({ type: 'openSource', id }));
  return button;
}

/** The file, and `unsaved changes` if the run used text that wasn't saved. */
function fileWords(source: Source, id: string): Child {
  return h('span', {}, fileButton(source, id), ...unsavedMark(source).map((mark) => `, ${mark}`));
}

function gitWords(source: Source | null): string {
  if (source?.gitCommit === undefined) return 'Not in a Git repository';
  const branch = source.gitBranch === undefined ? '' : ` (${source.gitBranch})`;
  const commit = `${source.gitCommit.slice(0, 12)}${branch}`;
  return source.gitDirty === true ? `${commit}, uncommitted changes` : `${commit}, clean`;
}

function warmupWords(record: RunRecord): string {
  const { plan, warmupSent } = record;
  const warmup = excludedText(record) ?? (warmupSent === 0 ? 'None' : `${requestsWords(warmupSent)}, not counted`);
  return plan.coldStart ? `${warmup}; cold start included` : warmup;
}

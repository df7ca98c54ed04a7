import { loadText } from '../../../src/core/report/words/load-words.ts';
import type { RunRecord, Source } from '../../../src/core/record/run.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import { h, type Child } from '../../dom.ts';
import { post } from '../../host.ts';
import { percentileMethodWords, planWords, requestsWords, tokenSourceWords } from '../../words.ts';
import { section } from '../kit/section.ts';

/** Where the numbers come from: what it takes to make them again, and to know what they mean. */
export function provenance(record: RunRecord): HTMLElement {
  const { plan, environment: machine, source } = record;
  const facts: [string, Child][] = [
    ['File', source === null ? 'none' : fileButton(source, record.id)],
    ['Git', gitWords(source)],
    ['Started', new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })],
    [
      'Plan',
      plan.loadModel === 'closed'
        ? `${planWords(plan)}, closed loop: a request leaves as soon as one ends`
        : `${planWords(plan)}; requests leave by the clock: ${loadText(plan)}`,
    ],
    ['Seed', String(plan.seed)],
    ['Warm-up', warmupWords(record)],
    [
      'Limits',
      `Timeout ${formatMs(plan.timeoutMs)} per request, ${formatMs(plan.drainMs)} for the last answers, ${formatCount(plan.maxRedirects)} redirects followed`,
    ],
    ...(plan.insecure ? [['Certificates', 'Not verified'] satisfies [string, Child]] : []),
    ['Sent from', machine.host],
    [
      'Machine',
      `${machine.os}, ${formatCount(machine.cores)} cores of ${machine.cpu}, ${machine.memoryGiB.toFixed(1)} GiB`,
    ],
    ['Addresses', record.addresses.map(({ host, address }) => `${host} → ${address}`).join('\n') || '–'],
    ['Percentiles', percentileMethodWords(record.percentileMethod)],
    ['Output tokens', tokenSourceWords(record.tokenSource)],
    ['Versions', `Loadlens ${machine.loadlens}, Node ${machine.node}`],
    ['Run', record.id],
  ];
  return section(
    'Provenance',
    h('dl', { class: 'provenance' }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
  );
}

/** Opens the file in the editor. */
export function fileButton({ file }: Source, id: string): HTMLElement {
  const press = h('button', { class: 'link', type: 'button' }, file);
  press.addEventListener('click', () => post({ type: 'openSource', id }));
  return press;
}

function gitWords(source: Source | null): string {
  if (source?.gitCommit === undefined) return 'not in a git work tree';
  const commit = source.gitCommit.slice(0, 12);
  return source.gitDirty === true ? `${commit}, with changes that are not committed` : `${commit}, nothing uncommitted`;
}

function warmupWords({ plan, warmupSent }: RunRecord): string {
  const sent = warmupSent === 0 ? 'no request' : `${requestsWords(warmupSent)}, not counted`;
  return plan.coldStart ? `${sent}; the cold start is part of the numbers` : sent;
}

import { t } from '@vscode/l10n';
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
    [t('File'), source === null ? t('none') : fileButton(source, record.id)],
    [t('Git'), gitWords(source)],
    [t('Started'), new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })],
    [
      t('Plan'),
      plan.loadModel === 'closed'
        ? t('{0}, closed loop: a request leaves as soon as one ends', planWords(plan))
        : t('{0}; requests leave by the clock: {1}', planWords(plan), loadText(plan)),
    ],
    [t('Seed'), String(plan.seed)],
    [t('Warm-up'), warmupWords(record)],
    [
      t('Limits'),
      t(
        'Timeout {0} per request, {1} for the last answers, {2} redirects followed',
        formatMs(plan.timeoutMs),
        formatMs(plan.drainMs),
        formatCount(plan.maxRedirects),
      ),
    ],
    ...(plan.insecure ? [[t('Certificates'), t('Not verified')] satisfies [string, Child]] : []),
    [t('Sent from'), machine.host],
    [
      t('Machine'),
      t(
        '{0}, {1} cores of {2}, {3} GiB',
        machine.os,
        formatCount(machine.cores),
        machine.cpu,
        machine.memoryGiB.toFixed(1),
      ),
    ],
    [t('Addresses'), record.addresses.map(({ host, address }) => `${host} → ${address}`).join('\n') || '–'],
    [t('Percentiles'), percentileMethodWords(record.percentileMethod)],
    [t('Output tokens'), tokenSourceWords(record.tokenSource)],
    [t('Versions'), t('Loadlens {0}, Node {1}', machine.loadlens, machine.node)],
    [t('Run'), record.id],
  ];
  return section(
    t('Provenance'),
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
  if (source?.gitCommit === undefined) return t('not in a git work tree');
  const commit = source.gitCommit.slice(0, 12);
  return source.gitDirty === true
    ? t('{0}, with changes that are not committed', commit)
    : t('{0}, nothing uncommitted', commit);
}

function warmupWords({ plan, warmupSent }: RunRecord): string {
  const sent = warmupSent === 0 ? t('no request') : t('{0}, not counted', requestsWords(warmupSent));
  return plan.coldStart ? t('{0}; the cold start is part of the numbers', sent) : sent;
}

import { failuresOf, failureText, targetsText, type Failed } from '../../../src/core/report/words/failure-reasons.ts';
import type { FailureSample } from '../../../src/core/metrics/types.ts';
import { formatCount } from '../../../src/core/format.ts';
import { h } from '../../dom.ts';
import { section } from '../kit/section.ts';

/** So many are shown: exports have all of them. */
const shownFailures = 10;

/** Reasons of failed requests with counts, as plain text; null without failures. */
export function failures(record: Failed): HTMLElement | null {
  if (record.successes === record.requestsSent) return null;
  const all = failuresOf([record]);
  if (all.length === 0) return null;
  const left = all.length - shownFailures;
  return section(
    'Failures',
    h('ul', { class: 'failures' }, ...all.slice(0, shownFailures).map(item)),
    left > 0 ? h('p', { class: 'remark' }, `Rarer failures, in the exported JSON: ${formatCount(left)}.`) : null,
  );
}

function item(failure: FailureSample): HTMLElement {
  const count = formatCount(failure.count ?? 1);
  const words = [
    h('span', { class: 'count' }, failure.estimated === true ? `about ${count} ×` : `${count} ×`),
    ' ',
    h('span', {}, failureText(failure)),
    ' ',
    h('span', { class: 'remark' }, targetsText(failure)),
  ];
  const more = failure.text !== '' && failure.text !== failure.reason;
  return h(
    'li',
    {},
    more
      ? h('details', { class: 'failure' }, h('summary', {}, ...words), h('pre', { tabindex: 0 }, failure.text))
      : h('p', { class: 'failure' }, ...words),
  );
}

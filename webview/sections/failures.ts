import { t } from '@vscode/l10n';
import { statusCodeWords } from '../../src/core/report/outcome-words.ts';
import type { FailureSample } from '../../src/core/metrics/types.ts';
import { h } from '../dom.ts';
import { errorKindWords } from '../words.ts';
import { section } from './section.ts';

/** The first failures with what the server or the transport said, as plain text. */
export function failures(samples: readonly FailureSample[]): HTMLElement | null {
  if (samples.length === 0) return null;
  return section(
    t('Failure samples'),
    h('p', { class: 'remark' }, t('The first failures of the run. Answers are cut to their start.')),
    ...samples.map((sample) =>
      h(
        'details',
        { class: 'failure' },
        h('summary', {}, h('span', {}, what(sample)), ' ', h('span', { class: 'remark' }, sample.target)),
        h('pre', { tabindex: 0 }, sample.text === '' ? t('(empty answer)') : sample.text),
      ),
    ),
  );
}

function what({ error, status }: FailureSample): string {
  return error === undefined ? statusCodeWords(String(status)) : errorKindWords(error);
}

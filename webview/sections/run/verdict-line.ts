import type { RunRecord } from '../../../src/core/record/run.ts';
import { failureAdvice } from '../../../src/core/report/words/failure-reasons.ts';
import { verdictOf, type RunVerdict } from '../../../src/core/report/words/verdict.ts';
import { h } from '../../dom.ts';
import { badge } from '../kit/badge.ts';

/** Creates the first line of a result, its verdict, and what to do if most requests failed. */
export function verdictLine(record: RunRecord): HTMLElement {
  return answerLine(verdictOf(record), failureAdvice([record]));
}

/** Creates a line with a badge and the verdict in a sentence, and below it what to do. */
export function answerLine({ label, tone, sentence }: RunVerdict, advice?: string | HTMLElement): HTMLElement {
  return h(
    'div',
    { class: `verdict ${tone}` },
    h('p', {}, badge(label, tone), ' ', h('span', {}, sentence)),
    advice === undefined ? null : h('p', { class: 'advice' }, advice),
  );
}

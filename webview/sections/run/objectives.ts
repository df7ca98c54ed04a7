import { outcomeText } from '../../../src/core/report/tiles/gauge.ts';
import { measuredValue } from '../../../src/core/values/objective-metrics.ts';
import { objectiveText, unjudgedSentences } from '../../../src/core/values/objectives.ts';
import type { Verdict } from '../../../src/core/vocabulary.ts';
import { h, setText } from '../../dom.ts';
import { icon } from '../../icons.ts';
import { createTable } from '../../table.ts';
import { note, section } from '../kit/section.ts';

/** Outcome of each objective; nothing without objectives. */
export function objectives(verdicts: readonly Verdict[]): HTMLElement | null {
  if (verdicts.length === 0) return null;
  const title = 'Objectives';
  const { element, table } = createTable(
    title,
    [
      { title: 'Objective', kind: 'words' },
      { title: 'Applies to', kind: 'words' },
      { title: 'Measured', kind: 'number' },
      { title: 'Outcome', kind: 'words' },
    ],
    verdicts.map((verdict) => [
      objectiveText(verdict.objective),
      verdict.target ?? 'Run',
      measured(verdict),
      outcomeText(verdict),
    ]),
  );
  for (const [i, verdict] of verdicts.entries()) {
    const { outcome } = verdict;
    const cell = table.tBodies[0]?.rows[i]?.cells[3];
    if (cell === undefined) continue;
    setText(cell, '');
    cell.append(icon(outcomeIcons[outcome]), h('span', {}, outcomeText(verdict)));
    cell.classList.add('outcome', outcome.replaceAll(' ', '-'));
  }
  return section(title, element, ...unjudgedSentences(verdicts).map((reason) => note('info', reason)));
}

const outcomeIcons = { pass: 'check', fail: 'cross', 'not enough data': 'question' } as const;

/** Returns the measured value of an objective. */
export const measured = ({ objective, actual }: Verdict): string => measuredValue(objective.metric, actual);

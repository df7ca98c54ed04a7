import { noValue } from '../../../src/core/format.ts';
import { outcomeText } from '../../../src/core/report/tiles/gauge.ts';
import type { Verdict } from '../../../src/core/vocabulary.ts';
import { createTable, type Cell } from '../../table.ts';
import { section } from '../kit/section.ts';
import { measured } from '../run/objectives.ts';

/** Outcome of the objectives of two runs; null if neither has any. */
export function comparedObjectives(before: readonly Verdict[], after: readonly Verdict[]): HTMLElement | null {
  const [a, b] = [before, after].map((verdicts) => new Map(verdicts.map((verdict) => [keyOf(verdict), verdict])));
  const all = new Map([...(a ?? []), ...(b ?? [])]);
  if (all.size === 0) return null;
  const title = 'Objectives of both runs';
  const { element } = createTable(
    title,
    [
      { title: 'Objective', kind: 'words' },
      { title: 'Applies to', kind: 'words' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
    ],
    [...all].map(([key, { objective, target }]) => [
      objective.text,
      target ?? 'Run',
      outcomeCell(a?.get(key)),
      outcomeCell(b?.get(key)),
    ]),
  );
  return section(title, element);
}

const keyOf = ({ target, objective }: Verdict): string => JSON.stringify([target, objective.text]);

const outcomeCell = (verdict: Verdict | undefined): Cell =>
  verdict === undefined ? noValue : { text: measured(verdict), remark: outcomeText(verdict) };

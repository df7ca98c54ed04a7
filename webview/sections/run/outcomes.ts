import { errorKinds, type Numbers } from '../../../src/core/metrics/types.ts';
import { formatCount, formatPercent } from '../../../src/core/format.ts';
import { statusCodeWords } from '../../../src/core/report/words/outcome-words.ts';
import { h } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { errorKindWords } from '../../words.ts';

/** The counts of what requests ended in. */
export type OutcomeCounts = Pick<Numbers, 'statusCodes' | 'errors' | 'requestsSent'>;

/** How requests ended: status codes, then errors by kind, each with its share. */
export interface Outcomes {
  /** The table with its own heading. */
  readonly element: HTMLElement;
  readonly table: HTMLElement;
  update(numbers: OutcomeCounts): void;
}

/** The table of outcomes. */
export function createOutcomes(numbers: OutcomeCounts): Outcomes {
  const title = 'Status codes and errors';
  const table = createTable(
    title,
    [
      { title: 'Outcome', kind: 'words' },
      { title: 'Requests', kind: 'number' },
      { title: 'Share', kind: 'number' },
    ],
    rows(numbers),
  );
  return {
    element: h('div', { class: 'block' }, h('h3', {}, title), table.element),
    table: table.element,
    update: (next) => table.update(rows(next)),
  };
}

function rows({ statusCodes, errors, requestsSent }: OutcomeCounts): Cell[][] {
  const counted: [string, number][] = [
    ...Object.entries(statusCodes)
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([code, count]): [string, number] => [statusCodeWords(code), count]),
    ...errorKinds.map((kind): [string, number] => [errorKindWords(kind), errors[kind] ?? 0]),
  ];
  const present = counted.filter(([, count]) => count > 0);
  if (present.length === 0) return [['No completed requests', '–', '–']];
  return present.map(([words, count]) => [
    words,
    formatCount(count),
    formatPercent(requestsSent === 0 ? null : count / requestsSent),
  ]);
}

import type { Distribution, Numbers } from '../../../src/core/metrics/types.ts';
import { worstTargets } from '../../../src/core/record/compact-run.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { isMixed } from '../../../src/core/report/words/headline.ts';
import { marked } from '../../../src/core/report/tables/tables.ts';
import { formatCount, formatPercent, formatRate } from '../../../src/core/format.ts';
import { h, setText } from '../../dom.ts';
import { createTable, type Cell } from '../../table.ts';
import { note, section } from '../kit/section.ts';

type TargetNumbers = Numbers & { readonly name: string };

interface SortKey {
  readonly title: string;
  readonly of: (numbers: TargetNumbers) => number | string | null;
  readonly show: (numbers: TargetNumbers) => Cell;
}

/** Maximum number of rows. A longer table is slow to draw and not useful, and exports have all rows. */
const shownRows = 200;

/** A table of more targets than this scrolls in itself. */
export const mostUnbounded = 20;

/** Numbers per target, sorted by a click on a heading; many of them can be searched. */
export function targets(record: RunRecord): HTMLElement {
  const title = 'Targets';
  const keys = sortKeys(record);
  const table = createTable(
    title,
    keys.map((key, i) => ({ title: key.title, kind: i === 0 ? 'words' : 'number' })),
  );
  const headings = [...(table.table.tHead?.rows[0]?.cells ?? [])];
  let sorted: { column: number; descending: boolean } | null = null;
  const rest = left(record);
  const search = record.perTarget.length > mostUnbounded ? searchBox(record, () => show()) : null;

  function show(): void {
    const order = sorted;
    const key = order === null ? undefined : keys[order.column];
    const found = search === null ? record.perTarget : search.found();
    const rows =
      order === null || key === undefined
        ? worstTargets(found, shownRows)
        : found.toSorted((a, b) => compare(key.of(a), key.of(b), order.descending ? -1 : 1));
    table.update(rows.slice(0, shownRows).map((row) => keys.map((column) => column.show(row))));
    // A search shows its own count.
    if (rest !== null && search !== null) rest.hidden = search.isActive();
    for (const [i, heading] of headings.entries()) {
      const direction = order?.column === i ? (order.descending ? 'descending' : 'ascending') : 'none';
      heading.setAttribute('aria-sort', direction);
    }
  }

  for (const [column, heading] of headings.entries()) {
    const press = h('button', { class: 'sort', type: 'button' }, heading.textContent);
    press.addEventListener('click', () => {
      // Numbers are sorted with the largest first, names from A.
      sorted = { column, descending: sorted?.column === column ? !sorted.descending : column > 0 };
      show();
    });
    heading.replaceChildren(press);
  }
  show();
  table.table.classList.add('lines');
  if (search !== null) table.element.classList.add('bounded');
  return section(title, search?.element, remarks(record), table.element, rest);
}

interface Search {
  readonly element: HTMLElement;
  readonly isActive: () => boolean;
  /** The targets with the text in their name or address. */
  readonly found: () => readonly TargetNumbers[];
}

function searchBox(record: RunRecord, onChange: () => void): Search {
  const urls = urlsOf(record);
  const texts = new Map(record.perTarget.map(({ name }) => [name, `${name}\n${urls.get(name) ?? ''}`.toLowerCase()]));
  const input = h('input', { type: 'search', placeholder: 'Search targets', 'aria-label': 'Search targets' });
  const count = h('span', { class: 'remark', role: 'status' });
  const found = (): readonly TargetNumbers[] => {
    const wanted = input.value.trim().toLowerCase();
    return record.perTarget.filter(({ name }) => texts.get(name)?.includes(wanted));
  };
  const isActive = (): boolean => input.value.trim() !== '';
  input.addEventListener('input', () => {
    const all = formatCount(record.perTarget.length);
    const n = found().length;
    const cut = n > shownRows ? `, ${formatCount(shownRows)} shown` : '';
    setText(count, isActive() ? `${formatCount(n)} of ${all} targets${cut}` : '');
    onChange();
  });
  return { element: h('div', { class: 'search' }, input, count), isActive, found };
}

const urlsOf = ({ targets: planned }: RunRecord): ReadonlyMap<string, string> =>
  new Map(planned.map(({ name, method, url }) => [name, `${method} ${url}`]));

/** Explains the numbers and their mark. */
function remarks(record: RunRecord): HTMLElement | null {
  const mixed = isMixed(record);
  const doubtful = record.perTarget.some((target) =>
    (['median', 'p95', 'p99'] as const).some((name) => marked(timesOf(target, mixed), name).endsWith('?')),
  );
  const said = [
    ...(mixed ? ['Times and rates are of successes.'] : []),
    ...(doubtful ? ['? = too few responses to rely on.'] : []),
  ];
  return said.length === 0 ? null : h('p', { class: 'remark' }, said.join(' '));
}

const timesOf = (target: TargetNumbers, mixed: boolean): Distribution =>
  mixed ? target.successLatencyMs : target.latencyMs;

/** Says what the table omits. */
function left({ perTarget, targets: planned, targetCount }: RunRecord): HTMLElement | null {
  const shown = formatCount(Math.min(perTarget.length, shownRows));
  // A shortened record doesn't include targets without requests.
  if (perTarget.length > shownRows || planned.length < targetCount) {
    return note(
      'info',
      `${shown} of ${formatCount(targetCount)} targets are shown: those that fail most or are slowest.`,
    );
  }
  if (perTarget.length === targetCount) return null;
  return note('info', `Targets without a request: ${formatCount(targetCount - perTarget.length)}.`);
}

function sortKeys(record: RunRecord): SortKey[] {
  // As everywhere: where responses failed, the successes are looked at.
  const mixed = isMixed(record);
  const quantile = (label: string, name: 'median' | 'p95' | 'p99'): SortKey => ({
    title: label,
    of: (n) => timesOf(n, mixed)[name],
    show: (n) => marked(timesOf(n, mixed), name),
  });
  const urls = urlsOf(record);
  return [
    {
      title: 'Target',
      of: ({ name }) => name,
      show: ({ name }) => ({ text: name, remark: urls.get(name) ?? '' }),
    },
    { title: 'Requests', of: (n) => n.requestsSent, show: (n) => formatCount(n.requestsSent) },
    { title: 'Success', of: (n) => n.successRatio, show: (n) => formatPercent(n.successRatio) },
    quantile('p50', 'median'),
    quantile('p95', 'p95'),
    quantile('p99', 'p99'),
    mixed
      ? { title: 'Successes', of: (n) => n.successThroughputPerS, show: (n) => formatRate(n.successThroughputPerS) }
      : { title: 'Throughput', of: (n) => n.throughputPerS, show: (n) => formatRate(n.throughputPerS) },
  ];
}

/** Missing values come last, in both directions. */
function compare(a: number | string | null, b: number | string | null, direction: 1 | -1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b)) : a - b;
  return order * direction;
}

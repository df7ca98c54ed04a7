import { Hover, languages, MarkdownString, type Disposable, type TextDocument } from 'vscode';
import { directiveNamed, directiveText } from '../../core/endpoints/directives/directives.ts';
import type { Target } from '../../core/endpoints/types.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../core/format.ts';
import { headlineThroughput, headlineTime, timeLabel } from '../../core/report/words/headline.ts';
import { escape } from '../../core/report/formats/markdown-parts.ts';
import { measuredText, verdictLabel } from '../../core/report/tables/tables.ts';
import { objectiveText } from '../../core/values/objectives.ts';
import { endpointsSelector, parseDocument, shownAs } from '../services/workspace/documents.ts';
import { commandIds } from '../contributions.ts';
import type { AgainstBaselines } from '../services/runs/against-baselines.ts';
import type { History } from '../services/runs/history.ts';
import type { TargetResult } from '../services/runs/last-results.ts';
import { agoWords, outcomeLabel, targetReasonWords, verdictMark, verdictsOf } from '../views/run-words.ts';
import { toRange } from './ranges.ts';

/** Services that hovers need. */
interface HoverParts {
  readonly history: History;
  readonly against: AgainstBaselines;
}

const directiveLine = /^\s*(?:#|\/\/)\s*@([\w-]+)/;

/**
 * The request as it will be sent, with file variables replaced. Values from the environment and secrets are shown by
 * name.
 */
function requestText({ method, url, headers, body }: Target): string {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body === undefined) return lines.join('\n');
  const parts = body.kind === 'parts' ? body.parts : [body];
  const text = parts.map((part) => ('path' in part ? `${body.kind === 'file' ? '@' : '< '}${part.path}` : part.text));
  const whole = text.join('');
  return [...lines, '', whole.length > 500 ? `${whole.slice(0, 500)}…` : whole].join('\n');
}

function resultTable({ record, numbers, newer }: TargetResult, compared: ReturnType<AgainstBaselines['of']>): string {
  const quantile = (label: string, name: 'median' | 'p95' | 'p99'): string[] => {
    const { first } = headlineTime(numbers, name);
    const { [name]: value, interval95 } = first.times;
    return [timeLabel(first, label), `${value !== null && interval95[name] === null ? '~' : ''}${formatMs(value)}`];
  };
  const reason = targetReasonWords(record, numbers);
  const rate = headlineThroughput(numbers);
  const rows = [
    ...(newer === undefined ? [] : [['Newer run', `${agoWords(newer)}, ${outcomeLabel(newer)}`]]),
    ['Requests', formatCount(numbers.requestsSent)],
    ['Success', formatPercent(numbers.successRatio)],
    rate.beside === null ? ['Throughput', formatRate(rate.first)] : ['Successes', formatRate(rate.first)],
    quantile('p50', 'median'),
    quantile('p95', 'p95'),
    quantile('p99', 'p99'),
    ...(compared === undefined ? [] : [[`Against ${compared.name}`, escape(compared.found.sentence)]]),
    ...(reason === undefined ? [] : [['Most failures', escape(reason)]]),
    ...streamRows(numbers),
    ...verdictsOf(record, numbers.name).map((verdict) => [
      `${verdictMark(verdict)} ${escape(objectiveText(verdict.objective))}`,
      verdict.outcome === 'not enough data' ? verdictLabel(verdict) : measuredText(verdict),
    ]),
  ];
  const when = record.status === 'completed' ? agoWords(record) : `${agoWords(record)}, ${outcomeLabel(record)}`;
  return [`| Last run | ${when} |`, '| :--- | :--- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

/** Headline figures of a stream of tokens. */
function streamRows({ ttftMs, tpotMs, userTokensPerS, outputTokensPerS }: TargetResult['numbers']): string[][] {
  if (ttftMs === undefined || ttftMs.count === 0) return [];
  return [
    ['TTFT p50', formatMs(ttftMs.median)],
    ['TTFT p95', formatMs(ttftMs.p95)],
    ['TPOT p50', formatMs(tpotMs?.median ?? null)],
    ['Output tokens', formatRate(outputTokensPerS, 'tokens')],
    ...(userTokensPerS === undefined ? [] : [['Per user', formatRate(userTokensPerS.mean, 'tokens')]]),
  ];
}

function targetHover(document: TextDocument, target: Target, { history, against }: HoverParts): Hover {
  const text = new MarkdownString();
  text.appendCodeblock(requestText(target), 'http');
  const file = shownAs(document.uri);
  const last = history.last().ofTarget(file, target.name);
  const shortened = history.last().shortenedOf(file);
  if (last !== undefined) {
    const table = resultTable(last, against.of(document, last.record, target.name));
    text.appendMarkdown(table);
    if (table.includes('~')) text.appendMarkdown(`\n\n~ too few requests for a reliable figure`);
  } else if (shortened !== undefined) {
    const open = encodeURIComponent(JSON.stringify([shortened.id]));
    text.isTrusted = { enabledCommands: [commandIds.openRun] };
    text.appendMarkdown(
      `Run ${agoWords(shortened)}. The history keeps figures of ${formatCount(shortened.perTarget.length)} of ${formatCount(shortened.targetCount)} targets, not of this one. [Open Result](command:${commandIds.openRun}?${open})`,
    );
  } else {
    text.appendMarkdown('Not run yet.');
  }
  return new Hover(text, toRange(target.range));
}

/** Description of a directive, or the last result of a target. */
export function registerHover(parts: HoverParts): Disposable {
  return languages.registerHoverProvider(endpointsSelector, {
    provideHover: (document, position) => {
      const line = document.lineAt(position.line);
      const name = directiveLine.exec(line.text)?.[1];
      const directive = directiveNamed(name);
      if (directive !== undefined) {
        const text = new MarkdownString(`**@${directive.name}**: ${directiveText(directive)}`);
        text.appendCodeblock(`# @${directive.name} ${directive.example}`, document.languageId);
        return new Hover(text, line.range);
      }
      const target = parseDocument(document).targets.find((one) => one.range.start.line === position.line);
      return target === undefined ? undefined : targetHover(document, target, parts);
    },
  });
}

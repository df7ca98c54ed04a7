import { csvPieces, renderCsv } from './csv.ts';
import { renderHtml } from './html.ts';
import { jsonPieces, renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { renderVllm } from '../other-tools/vllm-bench.ts';
import type { RunRecord } from '../../record/run.ts';

/** A kind of report: what its files end with, and how a record becomes one. */
export interface Report {
  /** Without the dot. */
  readonly extension: string;
  render(record: RunRecord): string;
  /** Returns the same in pieces, for a record whose report may be too long for memory. */
  pieces?(record: RunRecord): Iterable<string>;
}

/** Every report that can be written to a file. */
export const reports = {
  json: { extension: 'json', render: renderJson, pieces: jsonPieces },
  csv: { extension: 'csv', render: renderCsv, pieces: csvPieces },
  html: { extension: 'html', render: renderHtml },
  markdown: { extension: 'md', render: renderMarkdown },
  vllm: { extension: 'json', render: renderVllm },
} as const satisfies Readonly<Record<string, Report>>;

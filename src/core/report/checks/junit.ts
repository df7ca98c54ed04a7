import { escapeHtml } from '../formats/escape.ts';
import type { Check } from './checks.ts';

/** Where the checks of a result belong. */
export interface CheckPlace {
  /** Endpoints file as shown; null for kept runs. */
  readonly file: string | null;
  /** Returns the line of a target, or of the objectives of the whole file, from 1. */
  readonly lineOf: (target: string | undefined) => number;
}

/** Content of a report of checks. */
export interface CheckedResult {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Measured time, s. */
  readonly seconds: number;
}

/** Returns the checks as JUnit XML, one test case each. Open ones are skipped tests. */
export function renderJunit(
  { name, startedAt, seconds }: CheckedResult,
  checks: readonly Check[],
  { file, lineOf }: CheckPlace,
): string {
  const count = (outcome: Check['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  const time = seconds.toFixed(3);
  const counts = `tests="${checks.length}" failures="${count('fail')}" errors="0" skipped="${count('open')}" time="${time}"`;
  const cases = checks.map(({ name: check, target, outcome, message }) => {
    const place = file === null ? '' : ` file="${escapeHtml(file)}" line="${lineOf(target)}"`;
    const open = `    <testcase classname="${escapeHtml(target ?? name)}" name="${escapeHtml(check)}"${place} time="0"`;
    const text = escapeHtml(message);
    if (outcome === 'pass') return `${open} />`;
    const inner = outcome === 'fail' ? `<failure message="${text}">${text}</failure>` : `<skipped message="${text}" />`;
    return `${open}>${inner}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="Loadlens" ${counts}>`,
    `  <testsuite name="${escapeHtml(name)}" timestamp="${startedAt.replace(/\.\d+Z$/, '')}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

import type { RunRecord } from './types.ts';

/** The record as docs/loadlens.run-1.schema.json has it. */
export function renderJson(record: RunRecord): string {
  return jsonText(record);
}

/** JSON for people and machines: lists of numbers stand on one line. */
export function jsonText(value: object): string {
  // A line break inside a JSON text is never part of a string, so only lists of numbers match.
  const text = JSON.stringify(value, null, 2).replaceAll(/\[\n\s+(?:(?:-?[\d.eE+-]+|null),?\s+)+\]/g, (list) =>
    list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
  return `${text}\n`;
}

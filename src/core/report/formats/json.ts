import type { RunRecord } from '../../record/run.ts';

/** Returns the record as docs/loadlens.run-1.schema.json has it. */
export function renderJson(record: RunRecord): string {
  return jsonText(record);
}

/** Returns readable JSON, with each list of numbers on one line. */
export function jsonText(value: object): string {
  return [...jsonPieces(value)].join('');
}

/**
 * Returns the same in pieces, one per member and per object of a list, because the whole may be too long for a string.
 */
export function* jsonPieces(value: object): Generator<string> {
  let before = '{';
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (member === undefined) continue;
    yield `${before}\n  ${JSON.stringify(name)}: `;
    if (isListOfObjects(member)) yield* listPieces(member);
    else yield indented(member, '  ');
    before = ',';
  }
  yield before === '{' ? '{}\n' : '\n}\n';
}

const isListOfObjects = (member: unknown): member is readonly object[] =>
  Array.isArray(member) && typeof member[0] === 'object' && member[0] !== null;

function* listPieces(list: readonly object[]): Generator<string> {
  let before = '[';
  for (const element of list) {
    yield `${before}\n    ${indented(element, '    ')}`;
    before = ',';
  }
  yield '\n  ]';
}

/** A value whose lines after the first start at `indent`. */
function indented(value: unknown, indent: string): string {
  // A line break inside a JSON text is never part of a string, so only lists of numbers match.
  return JSON.stringify(value, null, 2)
    .replaceAll(/\[\n\s+(?:(?:-?[\d.eE+-]+|null),?\s+)+\]/g, (list) =>
      list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
    )
    .replaceAll('\n', `\n${indent}`);
}

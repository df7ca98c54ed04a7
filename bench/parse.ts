// Measures how long it takes to parse 100,000 lines: `node bench/parse.ts`. The goal is less than 200 ms.
import { parseEndpoints } from '../src/core/endpoints/parse.ts';

const lineCount = 100_000;
const rounds = 9;

const repeat = (lines: readonly string[]): string =>
  Array.from({ length: Math.ceil(lineCount / lines.length) }, (_, i) =>
    lines.map((line) => line.replaceAll('%', String(i))).join('\n'),
  ).join('\n');

const files: Readonly<Record<string, string>> = {
  'one address per line': repeat(['http://127.0.0.1:5000/hello?id=%']),
  'the same address on each line': repeat(['http://127.0.0.1:5000/hello']),
  'method, headers, body file': repeat([
    '# @name target-%',
    'POST http://127.0.0.1:5000/x',
    'Accept: */*',
    '@body.json',
    '',
  ]),
  'blocks with ### and JSON': `@base = http://127.0.0.1:5000\n${repeat([
    '### target %',
    '# @weight 3',
    'POST {{base}}/items/%',
    'Content-Type: application/json',
    'Authorization: Bearer {{$secret TOKEN}}',
    '',
    '{',
    '  "id": %, "base": "{{base}}"',
    '}',
    '',
  ])}`,
  'a problem on each line': repeat(['htp://127.0.0.1/{{missing%}}']),
  'Windows line ends': repeat(['http://127.0.0.1:5000/hello?id=%']).replaceAll('\n', '\r\n'),
  'one body of 100,000 lines': `### one\nPOST http://127.0.0.1:5000/\n\n[\n${repeat(['{"id": %},'])}\n{}]`,
  'one line of 2,000,000 brackets': `POST http://127.0.0.1:5000/\n${'['.repeat(2_000_000)}`,
  'one line of 2,000,000 spaces': `POST http://127.0.0.1:5000/${' '.repeat(2_000_000)}x`,
  'one line of 2,000,000 braces': `http://127.0.0.1:5000/${'{'.repeat(2_000_000)}`,
};

const column = (value: number): string => `${value.toFixed(0).padStart(5)} ms`;

for (const [name, text] of Object.entries(files)) {
  const times: number[] = [];
  let found = '';
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    const { targets, problems } = parseEndpoints(text);
    times.push(performance.now() - start);
    found = `${targets.length} targets, ${problems.length} problems`;
  }
  const [first = 0] = times;
  const sorted = times.toSorted((a, b) => a - b);
  const [best = 0, median = 0] = [sorted[0], sorted[rounds >> 1]];
  console.log(`${name.padEnd(34)} first ${column(first)}, median ${column(median)}, best ${column(best)}  (${found})`);
}

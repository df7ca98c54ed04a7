import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { directives, directiveText } from '../../../../src/core/endpoints/directives/directives.ts';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';
import { printEndpoints } from '../../../../src/core/endpoints/print.ts';
import { dialectNames } from '../../../../src/core/endpoints/types.ts';
import { fileOption, fileOptionNames } from '../../../../src/core/values/plan-options.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const reference = read('docs/endpoints-file.md');
const commandLine = read('docs/cli.md');

const grammar: { repository: { directive: { match: string } } } = JSON.parse(
  read('syntaxes/endpoints.tmLanguage.json'),
);
const inGrammar = new RegExp(grammar.repository.directive.match);

const target = 'POST http://127.0.0.1:5000/v1/chat/completions\n';

describe('every directive', () => {
  for (const directive of directives) {
    const { name, example, help, place } = directive;
    it(`@${name} is read, printed, explained, and highlighted`, () => {
      const line = `# @${name} ${example}`;
      const text = place === 'file' ? `${line}\n\n${target}` : `${line}\n${target}`;
      const parsed = parseEndpoints(text);
      assert.deepEqual(
        parsed.problems.filter(({ severity }) => severity === 'error'),
        [],
      );
      // Printed as it was read.
      assert.ok(printEndpoints(parsed).includes(`${line}\n`), printEndpoints(parsed));
      const shown = directiveText(directive);
      assert.ok(shown.startsWith(help) && help.length > 20 && help.endsWith('.'), shown);
      const found = inGrammar.exec(line);
      assert.ok(found?.includes(`@${name}`), String(found));
      assert.ok(reference.includes(`| \`${line}\``), 'reference');
    });
  }
});

describe('options of a run', () => {
  for (const name of fileOptionNames) {
    it(`${name} have a directive with the name of their flag, both documented`, () => {
      const { name: flag, help } = fileOption(name);
      const directive = directives.find((one) => one.name === flag);
      assert.ok(directive?.help.startsWith(help));
      assert.ok(commandLine.includes(`\`--${flag}`) || commandLine.includes(`@${flag}`), flag);
    });
  }
});

describe('every API', () => {
  const { help = '', value } = directives.find(({ name }) => name === 'dialect') ?? {};
  for (const dialect of dialectNames) {
    it(`${dialect} is in the help of @dialect, its values, and the reference`, () => {
      assert.match(help, new RegExp(`[ ,]${dialect}[ ,]`));
      assert.ok(value?.suggest?.('').values.some(({ text }) => text === dialect));
      assert.match(reference, new RegExp(`^\\| \`${dialect}\``, 'm'));
    });
  }
});

import { fixOf, quoted, rangeOf, type Findings } from './problems.ts';

/** `{{$env NAME}}` or `{{$secret NAME}}` in the one form that the parser leaves behind. */
export const placeholderPattern = /\{\{\$(env|secret) ([\w.-]+)\}\}/g;

const anyPlaceholder = /\{\{([^{}]*)\}\}/g;
const lateForm = /^\s*\$(env|secret)\s+([\w.-]+)\s*$/;
const oneForm = /^\$(?:env|secret) [\w.-]+$/;
const nameForm = /^\s*[^\s{}$]+\s*$/;

/** The text with every placeholder replaced by `1`, to look at what surrounds them. */
export const withoutPlaceholders = (text: string): string =>
  text.includes('{{') ? text.replace(placeholderPattern, '1') : text;

/** File variables as they are defined, line by line. */
export interface Variables {
  /** An undefined value was reported already: uses of the variable stay silent. */
  define(name: string, value: string | undefined): void;
  /**
   * The text with variables replaced, `$env` and `$secret` in their one form. Undefined when something in it can't be
   * replaced, which is reported. `start` is the column of the text in its line.
   */
  expand(text: string, line: number, start: number): string | undefined;
}

/** Variables that double each other grow without bound: what they may put into one file, in characters. */
const maxReplaced = 20_000_000;

const otherTools: Readonly<Record<string, string>> = {
  $processEnv: 'Write {{$env NAME}} for an environment variable.',
  $dotenv: 'Write {{$env NAME}} for an environment variable.',
};

/** What is wrong with a placeholder that starts with `$`. */
function explainDollar(text: string): { code: string; message: string; hint: string } {
  const word = text.split(/\s/, 1)[0] ?? '';
  if (word === '$env' || word === '$secret') {
    const message = `${quoted(`{{${text}}}`)} needs one name.`;
    return { code: 'bad-placeholder', message, hint: `Write {{${word} NAME}}.` };
  }
  const hint = otherTools[word] ?? 'Use {{$env NAME}} or {{$secret NAME}}, or set a variable: @name = value.';
  return { code: 'unknown-placeholder', message: `${quoted(`{{${text}}}`)} is not known here.`, hint };
}

/** `definedLater` answers on which line a variable is defined, wherever it stands in the file. */
export function variables(report: Findings, definedLater: (name: string) => number | undefined): Variables {
  let budget = maxReplaced;
  const values = new Map<string, string | undefined>();

  function explain(inner: string): { code: string; message: string; hint: string; instead?: string } {
    const text = inner.trim();
    if (text.startsWith('$')) return explainDollar(text);
    if (!nameForm.test(inner)) {
      const message = `${quoted(`{{${text}}}`)} is not a variable.`;
      return { code: 'bad-placeholder', message, hint: 'Write {{name}} with one word between the braces.' };
    }
    const line = definedLater(text);
    const near = line === undefined ? report.suggest(text, values.keys()) : undefined;
    const hint =
      line !== undefined
        ? `It is defined on line ${line + 1}: move that line above this one.`
        : near !== undefined
          ? `Did you mean {{${near}}}?`
          : `Define it above: @${text} = value. To send the braces as they are, put the body into a file: @body.json.`;
    const message = `The variable ${quoted(text)} is not defined.`;
    return { code: 'undefined-variable', message, hint, ...(near === undefined ? {} : { instead: `{{${near}}}` }) };
  }

  return {
    define: (name, value) => values.set(name, value),
    expand(text, line, start) {
      if (!text.includes('{{')) return text;
      let failed = false;
      const expanded = text.replace(anyPlaceholder, (whole, inner: string, offset: number) => {
        const late = lateForm.exec(inner);
        if (late !== null) return `{{$${late[1] ?? ''} ${late[2] ?? ''}}}`;
        const name = inner.trim();
        const value = values.get(name);
        if (value !== undefined && value.length <= budget) {
          budget -= value.length;
          return value;
        }
        failed = true;
        const range = rangeOf(line, start + offset, start + offset + whole.length);
        if (value !== undefined) {
          const hint = 'Put long bodies into files: @body.json.';
          report.error('too-long', range, 'The variables of this file make too much text.', hint);
        } else if (!values.has(name)) {
          const { code, message, hint, instead } = explain(inner);
          report.error(code, range, message, hint, fixOf(range, instead));
        }
        return whole;
      });
      if (failed) return undefined;
      for (const [made, inner = ''] of expanded.matchAll(anyPlaceholder)) {
        if (oneForm.test(inner)) continue;
        const range = rangeOf(line, start, start + text.length);
        const message = `With its variables replaced, this contains ${quoted(made)}.`;
        report.error('bad-placeholder', range, message, 'Write a variable so that its value makes no new {{…}}.');
        return undefined;
      }
      return expanded;
    },
  };
}

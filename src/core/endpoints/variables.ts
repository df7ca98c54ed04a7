import { quoted, rangeOf, type Findings } from './problems.ts';

/** `{{$env NAME}}` or `{{$secret NAME}}` in the one form that the parser leaves behind. */
export const placeholderPattern = /\{\{\$(env|secret) ([\w.-]+)\}\}/g;

const anyPlaceholder = /\{\{([^{}]*)\}\}/g;
const lateForm = /^\s*\$(env|secret)\s+([\w.-]+)\s*$/;
const nameForm = /^\s*([^\s{}$]+)\s*$/;

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

const otherTools: Readonly<Record<string, string>> = {
  $processEnv: 'Write {{$env NAME}} for an environment variable.',
  $dotenv: 'Write {{$env NAME}} for an environment variable.',
};

/** `definedLater` answers on which line a variable is defined, wherever it stands in the file. */
export function variables(report: Findings, definedLater: (name: string) => number | undefined): Variables {
  const values = new Map<string, string | undefined>();

  /** Why a placeholder has no value, and what to do. */
  function explain(inner: string): readonly [code: string, message: string, hint: string] {
    const text = inner.trim();
    if (text.startsWith('$')) {
      const word = text.split(/\s/, 1)[0] ?? '';
      const hint = otherTools[word] ?? 'Use {{$env NAME}} or {{$secret NAME}}, or set a variable: @name = value.';
      const known = word === '$env' || word === '$secret';
      return known
        ? ['bad-placeholder', `${quoted(`{{${text}}}`)} needs one name.`, `Write {{${word} NAME}}.`]
        : ['unknown-placeholder', `${quoted(`{{${text}}}`)} is not known here.`, hint];
    }
    if (nameForm.test(inner)) {
      const line = definedLater(text);
      const near = report.suggest(text, values.keys());
      const hint =
        line !== undefined
          ? `It is defined on line ${line + 1}: move that line above this one.`
          : near !== undefined
            ? `Did you mean {{${near}}}?`
            : `Define it above: @${text} = value. To send the braces as they are, put the body into a file: @body.json.`;
      return ['undefined-variable', `The variable ${quoted(text)} is not defined.`, hint];
    }
    return [
      'bad-placeholder',
      `${quoted(`{{${text}}}`)} is not a variable.`,
      'Write {{name}} with one word between the braces.',
    ];
  }

  return {
    define: (name, value) => values.set(name, value),
    expand(text, line, start) {
      if (!text.includes('{{')) return text;
      let failed = false;
      const expanded = text.replace(anyPlaceholder, (whole, inner: string, offset: number) => {
        const late = lateForm.exec(inner);
        if (late !== null) return `{{$${late[1] ?? ''} ${late[2] ?? ''}}}`;
        const value = values.get(inner.trim());
        if (value !== undefined) return value;
        failed = true;
        if (!values.has(inner.trim())) report.error(...withRange(explain(inner), line, start + offset, whole.length));
        return whole;
      });
      if (failed) return undefined;
      for (const match of expanded.matchAll(anyPlaceholder)) {
        if (lateForm.test(match[1] ?? '')) continue;
        const range = rangeOf(line, start, start + text.length);
        const message = `With its variables replaced, this contains ${quoted(match[0])}.`;
        report.error('bad-placeholder', range, message, 'Write a variable so that its value makes no new {{…}}.');
        return undefined;
      }
      return expanded;
    },
  };
}

function withRange(
  [code, message, hint]: readonly [string, string, string],
  line: number,
  start: number,
  length: number,
): Parameters<Findings['error']> {
  return [code, rangeOf(line, start, start + length), message, hint];
}

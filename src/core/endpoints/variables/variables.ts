import { dynamicForm, dynamicNames } from './dynamic.ts';
import { fixOf, quoted, rangeOf, type Findings } from '../problems.ts';
import type { Range } from '../types.ts';

/** `{{$env NAME}}`, `{{$secret NAME}}` or `{{$dotenv NAME}}` in the one form that the parser leaves behind. */
export const placeholderPattern = /\{\{\$(env|secret|dotenv) ([\w.-]+)\}\}/g;

/** Every placeholder, with what stands between its braces. */
export const anyPlaceholder = /\{\{([^{}]*)\}\}/g;
const lateForm = /^\s*\$(?:(env|secret|dotenv|processEnv)\s+(%?)|(env)\.)([\w.-]+)\s*$/;
const oneForm = /^\$(?:env|secret|dotenv) [\w.-]+$/;
const nameForm = /^\s*[^\s{}$]+\s*$/;
/** A part of another request or its response, as REST Client and JetBrains name it. */
const captureForm = /^(?:[\w-]+\.(?:response|request)\.|\$global\.|\$previous)/;

/** The text with every placeholder replaced by `1`, to look at what surrounds them. */
export const withoutPlaceholders = (text: string): string =>
  text.includes('{{') ? text.replace(anyPlaceholder, '1') : text;

/** What keeps a request from being sent while the rest of the file can be. */
export interface Obstacle {
  readonly range: Range;
  /** Completes the sentence "… is left out: ". */
  readonly reason: string;
  readonly hint: string;
}

/** What the texts of one request, or the value of one variable, turned out to need. */
export interface Uses {
  /** Variables whose value is new for each request: name and value. */
  dynamic?: Record<string, string>;
  /** The first value that only another tool could know. */
  obstacle?: Obstacle;
  /** Something has no value, which is reported. */
  broken?: boolean;
}

/** File variables as they are defined, line by line. */
export interface Variables {
  /** An undefined value was reported already: uses of the variable stay silent. */
  define(name: string, value: string | undefined, uses: Uses): void;
  /**
   * The text with variables replaced and every placeholder in its one form. Undefined when something in it can't be
   * replaced, which `uses` then says. `start` is the column of the text in its line.
   */
  expand(text: string, line: number, start: number, uses: Uses): string | undefined;
}

/** What a file's variables may take from outside its lines. */
export interface Outside {
  /** Returns on which line a variable is defined, wherever it stands in the file. */
  definedOn(name: string): number | undefined;
  /** Returns who else sets a variable, when another tool does: `a script`, `@prompt`. */
  setBy(name: string): string | undefined;
  /** Values of the chosen environment. */
  readonly values: Readonly<Record<string, string>>;
  /** Environments that could be chosen and are not. */
  readonly environments: readonly string[];
}

/** Variables that double each other grow without bound: what they may put into one file, in characters. */
const maxReplaced = 20_000_000;

interface Value {
  readonly text: string | undefined;
  readonly uses: Uses;
  /** Has a value of its own for each request: it stays a name until then. */
  readonly isDynamic: boolean;
}

/** What only another tool has a value for. */
const otherTools: Readonly<Record<string, string>> = {
  $exampleServer: 'specific to another tool',
  $projectRoot: 'specific to another tool',
  $historyFolder: 'specific to another tool',
  $aadToken: 'specific to another tool',
  $aadV2Token: 'specific to another tool',
  $oidcAccessToken: 'specific to another tool',
};

/** What is wrong with a placeholder that starts with `$`. */
function explainDollar(text: string, report: Findings): { code: string; message: string; hint: string } {
  const word = text.split(/[\s(]/, 1)[0] ?? '';
  if (word === '$env' || word === '$secret' || word === '$dotenv' || word === '$processEnv') {
    const message = `${quoted(`{{${text}}}`)} requires one name.`;
    return { code: 'bad-placeholder', message, hint: `Expected {{${word} NAME}}.` };
  }
  const missing = otherTools[word];
  if (missing !== undefined) {
    const hint = 'Set the value in the file (@name = value), or use {{$secret NAME}}.';
    return { code: 'unknown-placeholder', message: `${quoted(`{{${text}}}`)} is ${missing}.`, hint };
  }
  if (dynamicNames.includes(word) || word.startsWith('$random.')) {
    const message = `${quoted(`{{${text}}}`)} isn't valid.`;
    return { code: 'bad-placeholder', message, hint: 'See docs/endpoints-file.md for the syntax.' };
  }
  const near = report.suggest(word, dynamicNames);
  const hint =
    near === undefined
      ? 'Use {{$env NAME}} or {{$secret NAME}}, or set a variable: @name = value.'
      : `Did you mean {{${near}}}?`;
  return { code: 'unknown-placeholder', message: `${quoted(`{{${text}}}`)} is unknown.`, hint };
}

/** Returns the variables of a file, none defined yet. */
export function variables(report: Findings, outside: Outside): Variables {
  let budget = maxReplaced;
  const values = new Map<string, Value>();

  function explain(inner: string): { code: string; message: string; hint: string; instead?: string } {
    const text = inner.trim();
    if (text.startsWith('$')) return explainDollar(text, report);
    if (!nameForm.test(inner)) {
      const message = `${quoted(`{{${text}}}`)} isn't a variable.`;
      return { code: 'bad-placeholder', message, hint: 'Expected {{name}} with one word between the braces.' };
    }
    const line = outside.definedOn(text);
    const near = line === undefined ? report.suggest(text, values.keys()) : undefined;
    const hint =
      line !== undefined
        ? `Move its definition on line ${line + 1} above this line.`
        : near !== undefined
          ? `Did you mean {{${near}}}?`
          : outside.environments.length > 0
            ? `Select an environment (${outside.environments.join(', ')}) with --environment or the setting loadlens.environment, or define it above: @${text} = value.`
            : `Define it above: @${text} = value. To send the braces unchanged, move the body to a file: @body.json.`;
    const message = `Variable ${quoted(text)} isn't defined.`;
    return { code: 'undefined-variable', message, hint, ...(near === undefined ? {} : { instead: `{{${near}}}` }) };
  }

  /** The value that only another tool could know; undefined when it is none. */
  function obstacleOf(inner: string, range: Range): Obstacle | undefined {
    const text = inner.trim();
    const hint = 'Set the value in the file (@name = value), or use {{$secret NAME}}.';
    if (captureForm.test(text)) {
      const reason = `${quoted(`{{${text}}}`)} is part of another response, and captures aren't supported yet.`;
      return { range, reason, hint };
    }
    const by = nameForm.test(inner) ? outside.setBy(text) : undefined;
    return by === undefined
      ? undefined
      : {
          range,
          reason: `variable ${quoted(text)} is set by ${by}, which isn't supported.`,
          hint: `Define it: @${text} = value.`,
        };
  }

  function valueOf(name: string, range: Range): Value | undefined {
    const known = values.get(name);
    if (known !== undefined) return known;
    const text = Object.hasOwn(outside.values, name) ? outside.values[name] : undefined;
    if (text === undefined) return undefined;
    // An environment that names itself in a circle ends here.
    values.set(name, { text: undefined, uses: { broken: true }, isDynamic: false });
    const uses: Uses = {};
    define(
      name,
      replace(text, () => range, uses),
      uses,
    );
    return values.get(name);
  }

  function define(name: string, text: string | undefined, uses: Uses): void {
    const isDynamic =
      text?.includes('{{$') === true && [...text.matchAll(anyPlaceholder)].some(([, inner = '']) => dynamicForm(inner));
    values.set(name, { text, uses, isDynamic });
  }

  function replace(text: string, rangeAt: (offset: number, length: number) => Range, uses: Uses): string | undefined {
    let failed = false;
    const expanded = text.replace(anyPlaceholder, (whole, inner: string, offset: number) => {
      const range = rangeAt(offset, whole.length);
      const late = lateForm.exec(inner);
      if (late !== null) {
        const [, word = 'env', indirect = '', , name = ''] = late;
        const kind = word === 'processEnv' ? 'env' : word;
        // %name: the variable says which value is meant.
        const said = indirect === '' ? name : valueOf(name, range)?.text;
        if (said !== undefined && /^[\w.-]+$/.test(said)) return `{{$${kind} ${said}}}`;
      }
      const dynamic = dynamicForm(inner);
      if (dynamic !== undefined) return `{{${dynamic}}}`;
      const name = inner.trim();
      const value = valueOf(name, range);
      if (value === undefined) {
        failed = true;
        const obstacle = obstacleOf(inner, range);
        if (obstacle !== undefined) {
          uses.obstacle ??= obstacle;
          return whole;
        }
        const { code, message, hint, instead } = explain(inner);
        uses.broken = true;
        report.error(code, range, message, hint, fixOf(range, instead));
        return whole;
      }
      if (value.uses.dynamic !== undefined) uses.dynamic = { ...uses.dynamic, ...value.uses.dynamic };
      if (value.text === undefined) {
        failed = true;
        if (value.uses.obstacle === undefined) uses.broken = true;
        else uses.obstacle ??= { ...value.uses.obstacle, range };
        return whole;
      }
      if (value.isDynamic) {
        uses.dynamic = { ...uses.dynamic, [name]: value.text };
        return `{{${name}}}`;
      }
      if (value.text.length > budget) {
        failed = true;
        uses.broken = true;
        report.error(
          'too-long',
          range,
          'The expanded variables of this file are too large.',
          'Move long bodies to files, such as @body.json.',
        );
        return whole;
      }
      budget -= value.text.length;
      return value.text;
    });
    if (failed) return undefined;
    for (const [made, inner = ''] of expanded.matchAll(anyPlaceholder)) {
      if (oneForm.test(inner) || dynamicForm(inner) === inner || Object.hasOwn(uses.dynamic ?? {}, inner)) continue;
      const message = `With its variables expanded, this contains ${quoted(made)}.`;
      uses.broken = true;
      report.error(
        'bad-placeholder',
        rangeAt(0, text.length),
        message,
        'Change the variables so that their values create no new {{…}}.',
      );
      return undefined;
    }
    return expanded;
  }

  return {
    define,
    expand: (text, line, start, uses) =>
      text.includes('{{')
        ? replace(text, (offset, length) => rangeOf(line, start + offset, start + offset + length), uses)
        : text,
  };
}

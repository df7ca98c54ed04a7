import { dynamicForm, dynamicNames } from './dynamic.ts';
import { fixOf, quoted, rangeOf, type Findings } from '../problems.ts';
import type { Problem, Range } from '../types.ts';

/** Matches `{{$env NAME}}`, `{{$secret NAME}}`, and `{{$dotenv NAME}}` as normalized by the parser. */
export const placeholderPattern = /\{\{\$(env|secret|dotenv) ([\w.-]+)\}\}/g;

/** Matches all placeholders, with their inner text. */
export const anyPlaceholder = /\{\{([^{}]*)\}\}/g;
const lateForm = /^\s*\$(?:(env|secret|dotenv|processEnv)\s+(%?)|(env)\.)([\w.-]+)\s*$/;
const oneForm = /^\$(?:env|secret|dotenv) [\w.-]+$/;
const nameForm = /^\s*[^\s{}$]+\s*$/;
/** Matches a part of another request or its response, in the syntax of REST Client and JetBrains. */
const captureForm = /^(?:[\w-]+\.(?:response|request)\.|\$global\.|\$previous)/;

/** Returns the text with all placeholders replaced by `1`, to check the text around them. */
export const withoutPlaceholders = (text: string): string =>
  text.includes('{{') ? text.replace(anyPlaceholder, '1') : text;

/** Reason to skip a request while the rest of the file runs. */
export interface Obstacle {
  readonly range: Range;
  /** Completes the sentence "… is skipped: ". */
  readonly reason: string;
  readonly hint: string;
}

/** Requirements of the texts of a request, or of the value of a variable. */
export interface Uses {
  /** Variables with a new value for each request, by name. */
  dynamic?: Record<string, string>;
  /** First value that only another tool has. */
  obstacle?: Obstacle;
  /** First error, already reported. */
  problem?: Problem;
}

/** Variables of a file, defined line by line. */
export interface Variables {
  /** Defines a variable. An undefined value is already reported, so that its uses aren't. */
  define(name: string, value: string | undefined, uses: Uses): void;
  /**
   * Returns the text with variables replaced and placeholders normalized; undefined if one can't be replaced, with the
   * reason in `uses`. `start`: column of the text in its line.
   */
  expand(text: string, line: number, start: number, uses: Uses): string | undefined;
}

/** Information from outside the lines read so far. */
export interface Outside {
  /** Returns the line that defines a variable, anywhere in the file. */
  definedOn(name: string): number | undefined;
  /** Returns what sets a variable in another tool: `a script`, `@prompt`; undefined if nothing does. */
  setBy(name: string): string | undefined;
  /** Values of the chosen environment. */
  readonly values: Readonly<Record<string, string>>;
  /** Environments to choose from, if none is chosen. */
  readonly environments: readonly string[];
}

/** Maximum number of characters that variables add to one file. Variables that double each other grow exponentially. */
const maxReplaced = 20_000_000;

interface Value {
  readonly text: string | undefined;
  readonly uses: Uses;
  /** Whether each request has its own value. The name remains until then. */
  readonly isDynamic: boolean;
}

/** Placeholders that only other tools support. */
const otherTools: Readonly<Record<string, string>> = {
  $exampleServer: 'specific to another tool',
  $projectRoot: 'specific to another tool',
  $historyFolder: 'specific to another tool',
  $aadToken: 'specific to another tool',
  $aadV2Token: 'specific to another tool',
  $oidcAccessToken: 'specific to another tool',
};

/** Words of placeholders whose value is read at the start of a run. */
const lateWords = ['$env', '$secret', '$dotenv', '$processEnv'];

/** What is wrong with a placeholder, and what to write instead if that's known. */
interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly instead?: string | undefined;
}

/** Returns the hint and fix for a placeholder that is close to one with `$`; undefined if it's close to none. */
function nearDollar(text: string, report: Findings): Pick<Explanation, 'hint' | 'instead'> | undefined {
  const [word = ''] = text.split(/[\s(]/, 1);
  const near = report.suggest(word, [...dynamicNames, ...lateWords]);
  if (near === undefined) return undefined;
  const meant = near + text.slice(word.length);
  const isValid = lateForm.test(meant) || dynamicForm(meant) !== undefined;
  const example = lateWords.includes(near) ? `${near} NAME` : near;
  return { hint: `Did you mean {{${isValid ? meant : example}}}?`, instead: isValid ? `{{${meant}}}` : undefined };
}

/** Returns the problem of a placeholder that starts with `$`. */
function explainDollar(text: string, report: Findings): Explanation {
  const word = text.split(/[\s(]/, 1)[0] ?? '';
  if (lateWords.includes(word)) {
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
  const hint = 'Use {{$env NAME}} or {{$secret NAME}}, or set a variable: @name = value.';
  const message = `${quoted(`{{${text}}}`)} is unknown.`;
  return { code: 'unknown-placeholder', message, hint, ...nearDollar(text, report) };
}

/** Returns the variables of a file before its first line. */
export function variables(report: Findings, outside: Outside): Variables {
  let budget = maxReplaced;
  const values = new Map<string, Value>();

  function explain(inner: string): Explanation {
    const text = inner.trim();
    if (text.startsWith('$')) return explainDollar(text, report);
    if (!nameForm.test(inner)) {
      const message = `${quoted(`{{${text}}}`)} isn't a variable.`;
      const hint = 'Expected {{name}} with one word between the braces.';
      return { code: 'bad-placeholder', message, hint, ...nearDollar(text, report) };
    }
    const message = `Variable ${quoted(text)} isn't defined.`;
    return { code: 'undefined-variable', message, ...missingVariable(text) };
  }

  function missingVariable(name: string): Pick<Explanation, 'hint' | 'instead'> {
    const line = outside.definedOn(name);
    if (line !== undefined) return { hint: `Move its definition on line ${line + 1} above this line.` };
    const near = report.suggest(name, [...values.keys(), ...Object.keys(outside.values), ...dynamicNames]);
    if (near !== undefined) return { hint: `Did you mean {{${near}}}?`, instead: `{{${near}}}` };
    const define = `define it above: @${name} = value.`;
    if (name === 'prompt') {
      const hint = `Write any text instead: @prompts and @input-tokens replace the prompt of the body. Or ${define}`;
      return { hint };
    }
    if (outside.environments.length === 0) {
      const hint = `Define it above: @${name} = value. To send the braces unchanged, move the body to a file: @body.json.`;
      return { hint };
    }
    const names = outside.environments.join(', ');
    const how = 'with --environment or the setting loadlens.environment';
    return { hint: `Select an environment (${names}) ${how}, or ${define}` };
  }

  /** Returns the obstacle of a placeholder that only another tool supports; undefined for others. */
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
    // Ends cycles: the value of an environment may use the variable itself.
    values.set(name, { text: undefined, uses: {}, isDynamic: false });
    const uses: Uses = {};
    define(
      name,
      replace(text, () => range, uses, false),
      uses,
    );
    return values.get(name);
  }

  function define(name: string, text: string | undefined, uses: Uses): void {
    const isDynamic =
      text?.includes('{{$') === true && [...text.matchAll(anyPlaceholder)].some(([, inner = '']) => dynamicForm(inner));
    values.set(name, { text, uses, isDynamic });
  }

  const cycle = (name: string, range: Range): Problem =>
    report.error(
      'bad-variable',
      range,
      `The value of variable ${quoted(name)} in the environment contains itself.`,
      'Change the value, or set it in this file.',
    );

  /** @param isWritten false for a text from outside the file, where a fix can't correct it */
  function replace(
    text: string,
    rangeAt: (offset: number, length: number) => Range,
    uses: Uses,
    isWritten: boolean,
  ): string | undefined {
    let failed = false;
    const expanded = text.replace(anyPlaceholder, (whole, inner: string, offset: number) => {
      const range = rangeAt(offset, whole.length);
      const late = lateForm.exec(inner);
      if (late !== null) {
        const [, word = 'env', indirect = '', , name = ''] = late;
        const kind = word === 'processEnv' ? 'env' : word;
        // %name: the variable contains the name.
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
        const problem = report.error(code, range, message, hint, fixOf(range, isWritten ? instead : undefined));
        uses.problem ??= problem;
        return whole;
      }
      if (value.uses.dynamic !== undefined) uses.dynamic = { ...uses.dynamic, ...value.uses.dynamic };
      if (value.text === undefined) {
        failed = true;
        // A value without text and without a reason isn't read to its end yet.
        if (value.uses.obstacle === undefined) uses.problem ??= value.uses.problem ?? cycle(name, range);
        else uses.obstacle ??= { ...value.uses.obstacle, range };
        return whole;
      }
      if (value.isDynamic) {
        uses.dynamic = { ...uses.dynamic, [name]: value.text };
        return `{{${name}}}`;
      }
      if (value.text.length > budget) {
        failed = true;
        const problem = report.error(
          'too-long',
          range,
          'The expanded variables of this file are too large.',
          'Move long bodies to files, such as @body.json.',
        );
        uses.problem ??= problem;
        return whole;
      }
      budget -= value.text.length;
      return value.text;
    });
    if (failed) return undefined;
    for (const [made, inner = ''] of expanded.matchAll(anyPlaceholder)) {
      if (oneForm.test(inner) || dynamicForm(inner) === inner || Object.hasOwn(uses.dynamic ?? {}, inner)) continue;
      const message = `With its variables expanded, this contains ${quoted(made)}.`;
      uses.problem = report.error(
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
        ? replace(text, (offset, length) => rangeOf(line, start + offset, start + offset + length), uses, true)
        : text,
  };
}

import { isComment, isBodyFile, isSeparator, matchVariable, surelyRequest } from './read/lines.ts';
import { isForeign } from './read/other-tools.ts';
import { defaultName } from './read/request-line.ts';
import { directives } from './directives/directives.ts';
import { nothingPending, type DirectiveScope } from './directives/pending.ts';
import type { EndpointsFile, Target } from './types.ts';

/** Returns whether a body line would be read as something else: in the first line, after a JSON text, or after a file. */
const isMisread = (line: string): boolean =>
  isSeparator(line) ||
  isForeign(line) ||
  isBodyFile(line) ||
  isComment(line) ||
  surelyRequest(line) ||
  matchVariable(line.trim(), false) !== undefined;

/** Returns the lines of directives that set the same values. */
const printDirectives = (scope: DirectiveScope): string[] =>
  directives.flatMap((directive) => {
    const value = directive.written(scope);
    return value === undefined ? [] : [`# @${directive.name} ${value}`];
  });

/**
 * Returns the text of a file without errors. Parsing it gives the same targets, defaults, and objectives. Variables are
 * replaced by their values, and comments are lost.
 */
export function printEndpoints(file: EndpointsFile): string {
  const separated = file.targets.some(({ body }) => body !== undefined && body.kind !== 'file');
  /** First characters of body lines that would be misread. They are written as variables, which aren't misread. */
  const shields = new Map<string, string>();
  const shield = (line: string): string => {
    const text = line.trimStart();
    const [character = ''] = text;
    const name = shields.get(character) ?? `character-${shields.size + 1}`;
    shields.set(character, name);
    return `${line.slice(0, line.length - text.length)}{{${name}}}${text.slice(character.length)}`;
  };

  const shieldedText = (text: string): string =>
    text
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((line) => (isMisread(line) ? shield(line) : line))
      .join('\n');

  const printTarget = (target: Target): string[] => {
    const { name, method, url, headers, body, weight, objectives, llm, range } = target;
    const lines = separated ? ['###'] : [];
    for (const [variable, value] of Object.entries(target.variables ?? {})) lines.push(`@${variable} = ${value}`);
    const pending: DirectiveScope['pending'] = {
      ...nothingPending(),
      ...(name !== defaultName(method, url) && { name: { text: name, range } }),
      ...(weight !== 1 && { weight }),
      ...(llm && { llm }),
      objectives: [...objectives],
    };
    lines.push(...printDirectives({ pending, defaults: {} }));
    const bare = method === 'GET' && headers.length === 0 && body === undefined;
    lines.push(bare ? url : `${method} ${url}`);
    for (const [header, value] of headers) lines.push(`${header}: ${value}`.trimEnd());
    if (body?.kind === 'file') {
      lines.push(matchVariable(`@${body.path}`, true) === undefined ? `@${body.path}` : `< ${body.path}`);
    } else if (body !== undefined) {
      const texts = body.kind === 'inline' ? [body] : body.parts;
      const text = texts.map((part) => ('path' in part ? `< ${part.path}` : shieldedText(part.text))).join('');
      lines.push('');
      for (const line of text.trimEnd().split('\n')) lines.push(line);
    }
    if (!separated && lines.length > 1) lines.push('');
    return lines;
  };

  const targets = file.targets.flatMap(printTarget);
  const variables = [...shields].map(([character, name]) => `@${name} = ${character}`);
  const scope = { pending: { ...nothingPending(), objectives: [...file.objectives] }, defaults: file.defaults };
  const preamble = [...printDirectives(scope), ...variables];
  return `${[...preamble, ...(preamble.length > 0 ? [''] : []), ...targets].join('\n').trimEnd()}\n`;
}

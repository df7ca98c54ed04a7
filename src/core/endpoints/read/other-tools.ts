import { indentOf, isSeparator } from './lines.ts';
import { rangeOf, type Findings } from '../problems.ts';

/** Lines that only another tool supports. */
interface Foreign {
  readonly form: RegExp;
  readonly code: 'script' | 'response-file' | 'other-tool';
  readonly message: string;
  /** Matches the last line; absent for a single line. */
  readonly end?: RegExp;
  /** Whether it may be in a text body. */
  readonly inBody: boolean;
}

const scriptMessage = "Scripts of other tools aren't supported. This script is ignored.";
const foreign: readonly Foreign[] = [
  { form: /^[<>]\s*\{%/, code: 'script', message: scriptMessage, end: /%\}\s*$/, inBody: true },
  { form: /^\{\{[@+]?$/, code: 'script', message: scriptMessage, end: /^\s*\}\}\s*$/, inBody: false },
  { form: /^>\s+\S+\.(?:[cm]?js|ts|lua)$/i, code: 'script', message: scriptMessage, inBody: true },
  {
    form: /^\?\?\s+\S/,
    code: 'script',
    message: "Assertions of other tools aren't supported. This line is ignored.",
    inBody: true,
  },
  {
    form: /^(?:>>!?|<>)\s+\S+$/,
    code: 'response-file',
    message: "Saving responses to files isn't supported. This line is ignored.",
    inBody: true,
  },
  {
    form: /^(?:import\s+\S+\.(?:http|rest)|run\s+(?:#|\S+\.(?:http|rest))\S*.*)$/i,
    code: 'other-tool',
    message: "Running other files isn't supported. This line is ignored.",
    inBody: false,
  },
];

const hint = 'Remove it, or keep it for the tool that supports it.';

/** Returns whether a line in a text body is for another tool. */
export const isForeign = (line: string): boolean => {
  const text = line.trim();
  return foreign.some(({ form, inBody }) => inBody && form.test(text));
};

/** Skips lines for another tool with a warning. Returns the line after them; the same line if there are none. */
export function skipForeign(lines: readonly string[], line: number, inBody: boolean, report: Findings): number {
  const whole = lines[line] ?? '';
  const text = whole.trim();
  if (!/^[<>{?ir]/i.test(text)) return line;
  const found = foreign.find(({ form, inBody: also }) => (also || !inBody) && form.test(text));
  if (found === undefined) return line;
  const start = indentOf(whole);
  report.warning(found.code, rangeOf(line, start, start + text.length), found.message, hint);
  const { end } = found;
  if (end === undefined || (end.test(text) && text.length > 2)) return line + 1;
  let last = line + 1;
  while (last < lines.length && !end.test(lines[last] ?? '') && !isSeparator(lines[last] ?? '')) last++;
  return last < lines.length && !isSeparator(lines[last] ?? '') ? last + 1 : last;
}

const setters = [
  /(?:client\.global|request\.variables|client\.variables\.\w+)\.set\(\s*["'`]([\w.-]+)/g,
  /\bexports\.(\w+)\s*=/g,
];
const asked = /^\s*(?:#|\/\/)\s*@(prompt|secret)\s+([\w.-]+)/;

/** Returns a function from a variable to what sets it in another tool. Searches only when a variable is missing. */
export function foreignSetters(lines: readonly string[]): (name: string) => string | undefined {
  let found: Map<string, string> | undefined;
  return (name) => {
    if (found === undefined) {
      found = new Map();
      for (const line of lines) {
        const [, directive, prompted] = asked.exec(line) ?? [];
        if (directive !== undefined && prompted !== undefined) found.set(prompted, `@${directive}`);
        for (const setter of setters) for (const [, set = ''] of line.matchAll(setter)) found.set(set, 'a script');
      }
    }
    return found.get(name);
  };
}

/** Names of other protocols in the position of a method. */
export const otherProtocols: ReadonlySet<string> = new Set([
  'AMQP',
  'EVENTSOURCE',
  'GRPC',
  'MQTT',
  'RSOCKET',
  'SSE',
  'WEBSOCKET',
  'WS',
  'WSS',
]);

/** Directives of other tools, and tags of comments, that don't affect requests. */
export const silentDirectives: ReadonlySet<string> = new Set([
  'accept',
  'connection-timeout',
  'description',
  'keepstreaming',
  'lang',
  'no-auto-encoding',
  'no-client-cert',
  'no-cookie-jar',
  'no-log',
  'no-redirect',
  'no-reject-unauthorized',
  'no-response-view',
  'norejectunauthorized',
  'note',
  'openwith',
  'prompt',
  'response-symbol',
  'returns',
  'save',
  'secret',
  'see',
  'tag',
  'title',
]);

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { ExitCode, LoadlensError } from '../../core/errors.ts';

/** A limit of this machine, by the system's error code. */
interface Limit {
  /** Returns the name of the limit, with its value if the system reports it. */
  readonly text: () => string;
  /** How to raise the limit or need less, without Markdown. */
  readonly hint: string;
}

const files = 'Increase the limit with ulimit -n, or lower the concurrency.';
const ports =
  'Widen the range (sysctl net.ipv4.ip_local_port_range on Linux), keep connections alive, or lower the concurrency.';
const memory = 'Free memory, or lower the concurrency.';

const noPort = (): string => `no free local port${portRange()}`;
const noMemory = (): string => 'no memory for another socket';

const limits: Readonly<Record<string, Limit>> = {
  EMFILE: { text: () => `limit of ${openFiles()} open files`, hint: files },
  ENFILE: {
    text: () => 'system-wide limit of open files',
    hint: 'Increase the limit (sysctl fs.file-max on Linux), or lower the concurrency.',
  },
  EADDRNOTAVAIL: { text: noPort, hint: ports },
  EADDRINUSE: { text: noPort, hint: ports },
  EAGAIN: { text: () => 'no free local port, or no memory for another socket', hint: ports },
  ENOBUFS: { text: noMemory, hint: memory },
  ENOMEM: { text: noMemory, hint: memory },
  EAI_MEMORY: { text: () => 'no memory for a DNS lookup', hint: memory },
};

const known = new Map<string, string>();

/** Returns whether an error with this code comes from a limit of this machine, not from the server. */
export const isClientLimit = (code: string): boolean => Object.hasOwn(limits, code);

/** Returns the code and the limit, such as `EMFILE: limit of 120 open files`; undefined for any other code. */
export function limitText(code: string): string | undefined {
  const limit = limits[code];
  if (limit === undefined) return undefined;
  // Cached: the limits of a process hardly change, and the same error may come thousands of times.
  const text = known.get(code) ?? `${code}: ${limit.text()}`;
  known.set(code, text);
  return text;
}

/** Returns the limit and advice, for the code that a `limitText` starts with. */
export function limitAdvice(text: string): string {
  const hint = limits[text.split(':')[0] ?? '']?.hint;
  return hint === undefined ? text : `${text}. ${hint}`;
}

/** Returns a LoadlensError for a thread that the machine has no room for, and any other error unchanged. */
export function threadError(error: unknown): unknown {
  const [code = ''] = error instanceof Error ? (/\bE[A-Z]{4,}$/.exec(error.message) ?? []) : [];
  const limit = limits[code];
  if (limit === undefined) return error;
  return new LoadlensError(`Can't start a thread: ${limitText(code)}.`, {
    hint: limit.hint,
    exitCode: ExitCode.nothingMeasured,
    cause: error,
  });
}

let sixth: boolean | undefined;

/** Returns whether this machine has an IPv6 address. Without one, connecting to any fails as if ports had run out. */
export function hasIpv6(): boolean {
  sixth ??= Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === 'IPv6'));
  return sixth;
}

/** Reads the limit from the process report: with no file left to open, `/proc/self/limits` can't be read. */
function openFiles(): string {
  const report: unknown = process.report.getReport();
  const { soft } = objectIn(objectIn(objectIn(report)['userLimits'])['open_files']);
  return typeof soft === 'number' || typeof soft === 'string' ? String(soft) : 'the';
}

function portRange(): string {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/);
    return ` from ${first} to ${last}`;
  } catch {
    return '';
  }
}

const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

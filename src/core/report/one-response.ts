import { formatBytes, formatMs } from '../format.ts';

/** Response to a single request, which no figure is made of. */
export interface OneResponse {
  readonly method: string;
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly httpVersion: string;
  readonly status: number;
  readonly statusText: string;
  /** As the server wrote them, in its order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Decoded text; its start if there was more than is shown. */
  readonly body: string;
  readonly bodyBytes: number;
  readonly isCut: boolean;
  /** Address connected to, with its port. */
  readonly address: string;
  readonly times: OneResponseTimes;
  /** Remarks, such as redirects that were followed. */
  readonly notes: readonly string[];
}

/** Times of a single request, ms. Null for a step that it didn't need. */
export interface OneResponseTimes {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request to the first byte of the response. */
  readonly waitMs: number;
  readonly receiveMs: number;
  readonly totalMs: number;
}

/** Returns the response as a document: times first, then the response as it came, JSON indented. */
export function oneResponseText(response: OneResponse): string {
  const { times, notes, isCut, bodyBytes } = response;
  const steps = [
    ['DNS', times.dnsMs],
    ['connect', times.connectMs],
    ['TLS', times.tlsMs],
    ['wait', times.waitMs],
    ['receive', times.receiveMs],
  ] as const;
  const known = steps.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${formatMs(ms)}`]));
  const lines = [
    `# ${response.method} ${response.url}`,
    `# ${formatMs(times.totalMs)}: ${known.join(', ')}`,
    `# ${formatBytes(bodyBytes)} from ${response.address}, ${response.startedAt}`,
    ...notes.map((note) => `# ${note}`),
    '',
    `HTTP/${response.httpVersion} ${response.status} ${response.statusText}`.trim(),
    ...response.headers.map(([name, value]) => `${name}: ${value}`),
    '',
    isCut ? response.body : indented(response.body),
    ...(isCut ? ['', `# The body is longer: ${formatBytes(bodyBytes)} in all.`] : []),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** JSON with indentation; other text as it is. */
function indented(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

import * as fc from 'fast-check';

const ok = 'HTTP/1.1 200 OK\r\n';
const chunkedHead = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

/** Complete responses, regular and odd, as Latin-1. */
const examples = [
  `${ok}Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nfine`,
  `${ok}Content-Length: 0\r\n\r\n`,
  `${ok}X-Folded: a\r\n b\r\n\tc\r\nContent-Length: 4\r\n\r\nfine`,
  'HTTP/1.1 200 OK\nContent-Length: 4\n\nfine',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine',
  'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 201 X\r\nContent-Length: 1\r\n\r\nx',
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nfine',
  'HTTP/1.1 200\r\nContent-Length : 4\r\n\r\nfine',
  'HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine',
  `${ok}Keep-Alive: timeout=5\r\nContent-Length: 4, 4\r\n\r\nfine`,
  `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n`,
  `${ok}Transfer-Encoding: identity\r\nContent-Length: 4\r\n\r\nfine`,
  `${ok}\r\nuntil the end`,
  `${chunkedHead}4\r\nfine\r\n0\r\n\r\n`,
  `${chunkedHead}4 ; a = b\r\nfine\r\nA;x="y;z"\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n`,
  `${chunkedHead}0004\t\r\nfine\r\n000\r\n\r\n`,
] as const;

/** Pieces of heads that parsers disagree about, right and wrong ones. */
const oddFields = [
  'Content-Length: 5',
  'content-length:5 \t',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5,5',
  'Content-Length: 5 5',
  'Content-Length:',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999999',
  'content-length : 5',
  'Transfer-Encoding: chunked',
  'transfer-encoding: CHUNKED ',
  'Transfer-Encoding: chunked\t',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding: chunked , chunked',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: identity',
  'Transfer-Encoding:',
  'Transfer-Encoding: ',
  'Connection: close',
  'connection: Close\t',
  'Connection: keep-alive, close',
  'Connection: Keep-Alive',
  'Connection: closed',
  'Connection: close x, keep-alive',
  'Connection: , ,close',
  'Connection:',
  'Proxy-Connection: close',
  'Keep-Alive: timeout=5',
  'Upgrade: h2c',
  'X-Empty:',
  'X-Latin: \u00e4\u00ff',
  'X-Tab:\ta\tb\t',
  'X-Nul: a\0b',
  'X-Del: \u007f',
  'X-Lone-Cr: a\rb',
  ' folded',
  '\tfolded',
  ': no name',
  'no colon',
  'sp ace: x',
  'n\u00e4me: x',
  '"quoted": x',
  "!#$%&'*+-.^_`|~1aZ: every mark",
] as const;

const word = fc.stringMatching(/^[a-cx-zX-Z0-2-]{1,8}$/);
const text = fc.stringMatching(/^[ab YZ,;=":/\t]{0,12}$/);
const plainField = fc.tuple(word, text).map(([name, value]) => `X-${name}: ${value}`);
const body = fc.stringMatching(/^[abc0\r\n]{0,40}$/);

const extension = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(';a', ';a=b', ';a="q;\\"r"', ';a;b=1', ';', ';;', ';=', ';a=b"c"') },
  { weight: 1, arbitrary: fc.constantFrom('; a', ' ', ';a ', ';a="', ';a="b"c', ';\u0001', ';a=b c', ';a="\\\u0001"') },
);
const trailers = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.array(plainField, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...oddFields), { maxLength: 2 }) },
);

/** Returns a body in chunks of that size. */
function inChunks(whole: string, size: number, capital: boolean, ext: string, ends: readonly string[]): string {
  let text = '';
  for (let at = 0; at < whole.length; at += size) {
    const data = whole.slice(at, at + size);
    const digits = data.length.toString(16);
    text += `${capital ? digits.toUpperCase().padStart(3, '0') : digits}${ext}\r\n${data}\r\n`;
  }
  return `${text}0${ext}\r\n${ends.map((field) => `${field}\r\n`).join('')}\r\n`;
}

interface Parts {
  readonly line: string;
  readonly fields: readonly string[];
  readonly framing: 'length' | 'chunks' | 'none';
  readonly body: string;
  readonly chunks: string;
}

const written = ({ line, fields, framing, body, chunks }: Parts): Buffer => {
  const framed = { length: [`Content-Length: ${body.length}`], chunks: ['Transfer-Encoding: chunked'], none: [] };
  const head = [line, ...fields, ...framed[framing]].map((text) => `${text}\r\n`).join('');
  return Buffer.from(`${head}\r\n${framing === 'chunks' ? chunks : body}`, 'latin1');
};

const goodLine = fc
  .tuple(
    fc.constantFrom('1.1', '1.1', '1.1', '1.0', '2.0', '0.9'),
    fc.constantFrom(200, 200, 201, 204, 301, 304, 404, 500, 999),
    fc.constantFrom('OK', '', 'Not Found', 'ä'),
  )
  .map(([version, status, reason]) => `HTTP/${version} ${status} ${reason}`);
const oddLine = fc.constantFrom(
  'HTTP/1.1 200',
  'HTTP/1.1  200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.2 200 OK',
  'HTTP/3.0 200 OK',
  'http/1.1 200 OK',
  'HTTP/1.1 2x0 OK',
  'HTTP/11 200 OK',
  'HTTP/1.1\t200 OK',
  'HTTP/1.1 200\tOK',
  '\r\n\nHTTP/1.1 200 OK',
  ' HTTP/1.1 200 OK',
  'HTTP/1.1 200 OK\r\n folded',
  'HTTP/1.1 200 O\0K',
  'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 102 Processing\r\nContent-Length: 7\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 099 None',
  'HTTP/1.1 150 Other\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK',
);

const chunked = fc
  .tuple(body, fc.integer({ min: 1, max: 30 }), fc.boolean(), extension, trailers)
  .map(([whole, size, capital, ext, ends]) => ({ body: whole, chunks: inChunks(whole, size, capital, ext, ends) }));

/** Responses that are mostly well-formed, with odd lines. */
const response = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: goodLine }, { weight: 1, arbitrary: oddLine }),
    fc.array(fc.oneof({ weight: 7, arbitrary: plainField }, { weight: 1, arbitrary: fc.constantFrom(...oddFields) }), {
      maxLength: 4,
    }),
    fc.constantFrom('length', 'chunks', 'none'),
    chunked,
  )
  .map(([line, fields, framing, parts]) => written({ line, fields, framing, ...parts }));

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const inserted = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  'f',
  '\0',
  '\u00ff',
  'HTTP/1.1 200 OK\r\n',
);

/** One random change of bytes. */
const change = fc
  .tuple(fc.constantFrom('drop', 'insert', 'replace', 'cut', 'repeat'), place, fc.integer({ min: 1, max: 4 }), inserted)
  .map(([kind, share, length, text]) => (bytes: Buffer): Buffer => {
    const at = Math.floor(share * bytes.length);
    const rest = kind === 'drop' || kind === 'replace' ? bytes.subarray(at + length) : bytes.subarray(at);
    const middle = {
      drop: Buffer.alloc(0),
      cut: Buffer.alloc(0),
      insert: Buffer.from(text, 'latin1'),
      replace: Buffer.from(text, 'latin1'),
      repeat: bytes.subarray(at, at + length),
    }[kind];
    return Buffer.concat([bytes.subarray(0, at), middle, kind === 'cut' ? Buffer.alloc(0) : rest]);
  });

const changes = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(change, { maxLength: 3 }) },
);

const changed = (original: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.tuple(original, changes).map(([bytes, list]) => list.reduce((result, apply) => apply(result), bytes));

/** Responses of good, odd, and broken servers. */
export const responses = changed(response);

const anyResponse = fc.oneof(
  responses,
  changed(fc.constantFrom<string>(...examples).map((text) => Buffer.from(text, 'latin1'))),
);

/** Yields mutated responses without end. The same seed gives the same responses. */
export function* mutatedResponses(seed: number): Generator<Buffer, never> {
  for (let batch = seed; ; batch += 1) yield* fc.sample(anyResponse, { seed: batch, numRuns: 500 });
}

/** Places to cut a response, as shares of its length. */
export const cuts = fc.array(place, { maxLength: 12 });

/** Returns the bytes in pieces. @param shares places to cut, as shares of the length */
export function piecesOf(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = shares.map((share) => Math.floor(share * bytes.length)).toSorted((a, b) => a - b);
  const edges = [0, ...places, bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

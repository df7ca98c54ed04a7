const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

/** Regular and odd responses that mutations start from, as Latin-1. */
const seeds = [
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
  `${chunked}4\r\nfine\r\n0\r\n\r\n`,
  `${chunked}4 ; a = b\r\nfine\r\nA;x="y;z"\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n`,
  `${chunked}0004\t\r\nfine\r\n000\r\n\r\n`,
] as const;

const pieces = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  'f',
  '9',
  '+',
  '-',
  '\0',
  '\x01',
  '\x7f',
  '\xff',
  'HTTP/1.1 ',
  'chunked',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  '\r\n folded',
  ': x',
] as const;

/** Returns the bytes of a response after up to four random changes. `unit`: random numbers from 0 to 1. */
export function mutatedResponse(unit: () => number): Buffer {
  const below = (limit: number): number => Math.floor(unit() * limit);
  const anyOf = <T>(list: readonly T[], fallback: T): T => list[below(list.length)] ?? fallback;
  let text: string = anyOf<string>(seeds, ok);
  for (let changes = below(5); changes > 0; changes -= 1) {
    const at = below(text.length + 1);
    const length = 1 + below(6);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    switch (below(6)) {
      case 0:
        text = before + after.slice(length);
        break;
      case 1:
        text = before + anyOf<string>(pieces, ' ') + after;
        break;
      case 2:
        text = before + anyOf<string>(pieces, ' ') + after.slice(length);
        break;
      case 3:
        text = before + after.slice(0, length) + after;
        break;
      case 4:
        text = before + String.fromCharCode(below(256)) + after.slice(1);
        break;
      default:
        text = below(4) === 0 ? before : before + anyOf<string>(seeds, ok).slice(below(40), 40 + length) + after;
    }
  }
  return Buffer.from(text, 'latin1');
}

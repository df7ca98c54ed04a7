import assert from 'node:assert/strict';
import { transportNames } from '../../src/core/vocabulary.ts';
import { attention } from '../../src/core/report/words/facts.ts';
import { shortReason } from '../../src/core/report/words/failure-reasons.ts';
import { unansweredSentence } from '../../src/core/report/words/failure-words.ts';
import { renderHtml } from '../../src/core/report/formats/html.ts';
import { renderMarkdown } from '../../src/core/report/formats/markdown.ts';
import { renderText } from '../../src/core/report/formats/text.ts';
import { run } from '../support/run-input.ts';
import { response, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const json = 'content-type: application/json\r\n';
/** A word without a digit is part of the text, a request's id is not. */
const answers = [
  response('{"error":{"message":"jitter is not known"}}', json, '400 Bad Request'),
  response(
    '<html><head><title>Upstream is down</title></head></html>',
    'content-type: text/html\r\n',
    '502 Bad Gateway',
  ),
  response('', '', '503 Service Unavailable'),
];

for (const transport of transportNames) {
  describe(`reasons of failed requests, over ${transport}`, () => {
    let server: ScriptedServer | undefined;
    afterEach(() => server?.close());

    it("are the server's messages, with counts, in every report", async () => {
      server = await startScriptedServer(({ index, socket }) => {
        socket.write(answers[index % 6] ?? answers[0] ?? '');
      });
      const record = await run([server.url], { plan: { requests: 60, concurrency: 1, transport } });
      assert.deepEqual(
        record.failureSamples.map(({ status, reason, count }) => [status, reason, count]),
        [
          [400, 'jitter is not known', 40],
          [502, 'Upstream is down', 10],
          [503, '', 10],
        ],
      );
      const [first] = attention(record);
      assert.equal(
        first,
        'All 60 requests failed: 40 × 400: jitter is not known, 10 × 502: Upstream is down, 10 × 503 Service Unavailable. Correct the request as the response says.',
      );
      assert.match(renderText(record), / 400: jitter is not known +40\n/);
      assert.match(renderMarkdown(record), /\*\*Failed:\*\* .*\n[\s\S]*\| 400: jitter is not known \| 40 \|/);
      assert.match(renderHtml(record), /<span class="badge bad">Failed<\/span>[\s\S]*40 × 400: jitter is not known/);
    });

    it('are merged if responses differ only in an ID, without secrets', async () => {
      server = await startScriptedServer(({ index, socket }) => {
        socket.write(response(`{"detail":"key s3cr3t-value: job ${String(index)} is unknown"}`, json, '404 Not Found'));
      });
      const record = await run([server.url], {
        plan: { requests: 30, concurrency: 3, transport },
        secrets: ['s3cr3t-value'],
      });
      assert.equal(shortReason([record]), '404: key ***: job … is unknown');
      assert.equal(record.failureSamples.length, 1);
      assert.equal(record.failureSamples[0]?.count, 30);
    });

    it("are the system's messages", async () => {
      server = await startScriptedServer(() => undefined, { tls: true });
      const untrusted = await run([server.url], { plan: { requests: 4, transport } });
      assert.match(shortReason([untrusted]) ?? '', /^TLS failed: .*self-signed/);
      assert.match(
        unansweredSentence([untrusted]),
        /^No request got a complete response: .* failed at TLS \(4\)\. TLS failed: .*self-signed/,
      );
      await server.close();
      const url = server.url.replace('https', 'http');
      const refused = await run([url], { plan: { requests: 4, transport } });
      assert.match(shortReason([refused]) ?? '', /^connection refused: connect ECONNREFUSED 127\.0\.0\.1:\d+/);
      assert.match(
        attention(refused)[0] ?? '',
        /^All 4 requests failed: connection refused: .*Start the server or fix the port/,
      );
      assert.doesNotMatch(renderHtml(refused), /Latency histogram|Latency over time/);
    });
  });
}

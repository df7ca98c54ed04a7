import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../src/core/endpoints/prepare.ts';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { failureHint, unansweredSentence } from '../../../src/core/report/words/failure-words.ts';
import { renderHtml } from '../../../src/core/report/formats/html.ts';
import { renderMarkdown } from '../../../src/core/report/formats/markdown.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { makeSearchPlan } from '../../../src/core/plan/capacity-search.ts';
import { findCapacity } from '../../../src/engine/capacity-search.ts';
import { runSweep } from '../../../src/engine/sweep.ts';
import { runInput, runOver } from '../../support/run-input.ts';
import { response, startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';

const authority = readFileSync(new URL('../../fixtures/tls/authority.pem', import.meta.url), 'utf8');

const env = (): undefined => undefined;

/** Certificates that can't be verified, and what is wrong with each. */
const cases = [
  { certificate: 'cert', reason: 'self-signed' },
  { certificate: 'expired', reason: 'expired' },
  { certificate: 'other-host', reason: 'issued for another host' },
] as const;

for (const transport of transportNames) {
  const run = runOver(transport);

  describe(`certificates that can't be verified, over ${transport}`, () => {
    const before = getCACertificates('default');
    beforeEach(() => setDefaultCACertificates([...before, authority]));
    let server: ScriptedServer | undefined;
    const serve = async (tls: string): Promise<ScriptedServer> =>
      (server = await startScriptedServer(({ socket }) => void socket.write(response()), { tls }));
    afterEach(async () => {
      setDefaultCACertificates(before);
      await server?.close();
    });

    for (const { certificate, reason } of cases) {
      it(`${reason}: the reason is shown, with the option that accepts it`, async () => {
        const { url } = await serve(certificate);
        const refused = await run([url], { plan: { requests: 3 } });
        assert.deepEqual(refused.errors, { tls: 3 });
        assert.equal(server?.requests, 0);
        const [text = ''] = refused.failureSamples.map((failure) => failure.text);
        assert.ok(text.startsWith(`The server's certificate is ${reason} (`), text);
        for (const report of [renderText(refused), renderMarkdown(refused), renderHtml(refused)])
          assert.equal(report.split('--insecure').length, 2, report);
        assert.doesNotMatch(unansweredSentence([refused]), /insecure/);
        assert.match(failureHint([refused]), /accept it with --insecure or @insecure\.$/);

        const accepted = await run([url], { plan: { requests: 3, insecure: true } });
        assert.deepEqual(accepted.statusCodes, { 200: 3 });
        assert.equal(accepted.plan.insecure, true);
        assert.deepEqual(accepted.server?.notes, [`has a certificate that can't be verified (${reason})`]);
        assert.match(renderText(accepted), /certificates +not verified \(insecure\)/);
      });
    }

    it('an unknown certificate authority is another reason', async () => {
      setDefaultCACertificates(before);
      const { url } = await serve('trusted');
      const { failureSamples } = await run([url], { plan: { requests: 1 } });
      assert.match(failureSamples[0]?.text ?? '', /certificate is issued by an unknown authority \(/);
    });

    it('a valid certificate needs no option and causes no note', async () => {
      const { url } = await serve('trusted');
      for (const insecure of [false, true]) {
        const record = await run([url], { plan: { requests: 3, insecure } });
        assert.deepEqual(record.statusCodes, { 200: 3 });
        assert.equal(record.server, undefined);
      }
    });

    it('the option applies to the list of models, too', async () => {
      const asked: string[] = [];
      server = await startScriptedServer(
        ({ method, path, body, socket }) => {
          asked.push(`${method} ${path} ${body}`);
          socket.write(response(path === '/v1/models' ? '{"data": [{"id": "m-1"}]}' : '{}'));
        },
        { tls: true },
      );
      const [target] = parseEndpoints(`POST ${server.url}/v1/completions\n{"prompt": "x"}`).targets;
      assert.ok(target);
      const request = prepareTarget(target, { env, secret: env, bodyFile: env, shownAs: 'e' });
      const sent = ['GET /v1/models ', 'POST /v1/completions {"model":"m-1","prompt": "x"}'];

      await run([request], { plan: { requests: 1 } });
      assert.deepEqual(asked, []);
      await run([request], { plan: { requests: 1, insecure: true } });
      assert.deepEqual(asked.splice(0), sent);

      const { plan, ...input } = runInput([request], { plan: { requests: 1, insecure: true, transport } });
      const hooks = { signal: new AbortController().signal, version: '0.0.0' };
      await runSweep({ ...input, plan: { levels: [plan], coolDownMs: 0 } }, hooks);
      assert.deepEqual(asked.splice(0), sent);
      const choices = { requests: 1, warmup: 0, insecure: true, transport, coolDownMs: 0 };
      const search = { by: 'concurrency', objectives: [], range: [1, 1] } as const;
      await findCapacity({ ...input, plan: makeSearchPlan(search, choices, { defaults: {} }) }, hooks);
      assert.deepEqual(asked.splice(0, 2), sent);
    });

    it('a port without TLS has its own reason', async () => {
      const plain = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.write(response('no', '', '400 Bad Request')));
      });
      await new Promise<void>((resolve) => void plain.listen(0, '127.0.0.1', resolve));
      const address = plain.address();
      assert.ok(typeof address === 'object' && address);
      const record = await run([`https://127.0.0.1:${address.port}/`], { plan: { requests: 2 } });
      plain.close();
      assert.deepEqual(record.errors, { tls: 2 });
      assert.match(record.failureSamples[0]?.text ?? '', /doesn't speak TLS on this port/);
      assert.equal(failureHint([record]), 'Use http://, or a port where the server speaks TLS.');
      assert.doesNotMatch(renderText(record), /certificate|insecure/);
    });
  });
}

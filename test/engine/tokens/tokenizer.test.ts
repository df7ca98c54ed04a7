import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadlensError } from '../../../src/core/errors.ts';
import { findTokenizer } from '../../../src/engine/tokens/tokenizer.ts';
import { syntheticTokenizer } from '../../../src/servers/gpt2/text/synthetic-tokenizer.ts';
import { startStreamServer } from '../../support/stream-server.ts';

const { signal } = new AbortController();
const made = syntheticTokenizer();

async function writeTokenizer(folder: string, config = true): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(made.tokenizer));
  if (config) await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(made.config));
  return folder;
}

const failsWith = (message: RegExp, hint: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LoadlensError);
  assert.match(error.message, message);
  assert.match(error.hint, hint);
  return true;
};

describe('tokenizers', () => {
  let folder: string;
  const env = { ...process.env };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loadlens-tokenizer-'));
    process.env['HF_HOME'] = join(folder, 'hf');
    process.env['XDG_CACHE_HOME'] = process.env['LOCALAPPDATA'] = join(folder, 'cache');
    // Nothing listens there.
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9';
  });
  afterEach(async () => {
    for (const name of ['HF_HOME', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'HF_ENDPOINT']) {
      if (env[name] === undefined) delete process.env[name];
      else process.env[name] = env[name];
    }
    await rm(folder, { recursive: true });
  });

  it('come from a folder relative to the endpoints file', async () => {
    await writeTokenizer(join(folder, 'model'));
    const { name, open } = await findTokenizer('./model', join(folder, 'chat.endpoints'), signal);
    const count = await open();
    assert.equal(name, './model');
    // These words and the mark are one token each in this vocabulary; no token has the letter é.
    assert.equal(count('Hello world'), 2);
    assert.equal(count('The capital of france'), 4);
    assert.equal(count('<|endoftext|>'), 1);
    assert.equal(count('é'), 2);
    assert.equal(count(''), 0);
  });

  it('need only a tokenizer.json', async () => {
    const path = await writeTokenizer(join(folder, 'model'), false);
    const count = await (await findTokenizer(path, undefined, signal)).open();
    assert.equal(count('Hello world'), 2);
  });

  it("come from Hugging Face's cache", async () => {
    await writeTokenizer(join(folder, 'hf/hub/models--org--tiny/snapshots/0123abc'));
    const count = await (await findTokenizer('org/tiny', undefined, signal)).open();
    assert.equal(count('Hello world'), 2);
  });

  it('are downloaded once', async () => {
    const server = await startStreamServer((response, request) => {
      const isConfig = request.url === '/org/small/resolve/main/tokenizer_config.json';
      response.statusCode = isConfig ? 404 : 200;
      response.end(isConfig ? '' : JSON.stringify(made.tokenizer));
    });
    process.env['HF_ENDPOINT'] = `${server.url}/`;
    for (const time of ['first', 'second']) {
      const { open } = await findTokenizer('org/small', undefined, signal);
      assert.equal((await open())('Hello world'), 2, time);
    }
    assert.equal(server.bodies.length, 2);
    await server.close();
  });

  it("aren't kept if the download is not a complete file", async () => {
    const canceled = new AbortController();
    const server = await startStreamServer((response, { url = '' }) => {
      if (url.startsWith('/org/page/')) response.end('<html>Log in</html>');
      else if (url.startsWith('/org/silent/')) canceled.abort();
      else {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.destroy());
      }
    });
    process.env['HF_ENDPOINT'] = server.url;
    await assert.rejects(
      findTokenizer('org/page', undefined, signal),
      failsWith(/sent something else than the tokenizer_config\.json of org\/page\.$/, /hf download org\/page/),
    );
    await assert.rejects(
      findTokenizer('org/cut', undefined, signal),
      failsWith(/and .* closed the connection within the file\.$/, /hf download/),
    );
    await assert.rejects(
      findTokenizer('org/silent', undefined, canceled.signal),
      failsWith(/isn't on this machine, and its download was canceled\.$/, /hf download/),
    );
    await server.close();
    assert.equal(existsSync(join(folder, 'cache/loadlens/tokenizers/org')), false);
  });

  it("can't be used if a file of them is broken, whichever it is", async () => {
    const broken = await writeTokenizer(join(folder, 'broken'));
    await writeFile(join(broken, 'tokenizer_config.json'), '{');
    await assert.rejects(
      findTokenizer(broken, undefined, signal),
      failsWith(/broken can't be read\.$/, /Check its tokenizer_config\.json/),
    );
    const empty = await writeTokenizer(join(folder, 'empty'), false);
    for (const text of ['', '{}', '{"model": {}}', '{"model": {"type": "Unigram", "vocab": [], "unk_id": 0}}']) {
      await writeFile(join(empty, 'tokenizer.json'), text);
      await assert.rejects(
        findTokenizer(empty, undefined, signal),
        failsWith(/empty can't be read\.$/, /Check its tokenizer\.json/),
        text,
      );
    }
  });

  it('report what is missing', async () => {
    const find = (name: string) => findTokenizer(name, join(folder, 'chat.endpoints'), signal);
    await assert.rejects(find('./nothing'), failsWith(/^Tokenizer \.\/nothing not found\.$/, /o200k_base/));
    await assert.rejects(
      find('org/tiny2'),
      failsWith(
        /^Tokenizer org\/tiny2 isn't on this machine, and 127\.0\.0\.1:9 can't be reached\.$/,
        /hf download org\/tiny2 tokenizer\.json/,
      ),
    );
    const server = await startStreamServer((response) => {
      response.statusCode = 401;
      response.end('Access to this model is restricted.');
    });
    process.env['HF_ENDPOINT'] = server.url;
    await assert.rejects(
      find('org/gated'),
      failsWith(/has no tokenizer\.json of org\/gated for everyone \(401\)/, /hf/),
    );
    await server.close();
    assert.equal(existsSync(join(folder, 'cache/loadlens/tokenizers/org/gated')), false);
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'tokenizer.json'), '{');
    await assert.rejects(find(broken), failsWith(/^The tokenizer in .*broken can't be read\.$/, /Check/));
  });
});

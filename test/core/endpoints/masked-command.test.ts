import assert from 'node:assert/strict';
import { maskedCommand } from '../../../src/core/endpoints/masked-command.ts';

const masked: readonly [command: string, kept: string][] = [
  ['npm start -- --port {port}', 'npm start -- --port {port}'],
  ['HF_TOKEN=abc OPENAI_API_KEY="a b" vllm serve m', 'HF_TOKEN=*** OPENAI_API_KEY=*** vllm serve m'],
  ['TOKEN=$TOKEN node a.mjs', 'TOKEN=$TOKEN node a.mjs'],
  ["serve --api-key sk-1 --password='x y' --max-tokens 8", 'serve --api-key *** --password=*** --max-tokens 8'],
  ['serve --db postgres://me:secret@host/db?sslmode=on', 'serve --db postgres://***@host/db?sslmode=on'],
  ["serve -H 'Authorization: Bearer abc' -v", "serve -H 'Authorization: ***' -v"],
  ['serve --ttft-ms-per-token 0.2 --pin-token=12345678901', 'serve --ttft-ms-per-token 0.2 --pin-token=***'],
  ['serve --max-num-batched-tokens 8192 --password 1234', 'serve --max-num-batched-tokens 8192 --password ***'],
  ['serve --with hunter22', 'serve --with ***'],
  ['serve --auth --verbose', 'serve --auth --verbose'],
];

describe('masked commands', () => {
  for (const [command, kept] of masked) {
    it(command, () => assert.equal(maskedCommand(command, { DB_PASSWORD: 'hunter22', CI_TOKEN: 'true' }), kept));
  }
});

import assert from 'node:assert/strict';
import { artilleryVersion, projectFiles } from '../../../src/core/scale-out/project.ts';
import type { SharedLoad } from '../../../src/core/scale-out/load.ts';
import { targetOf } from '../record/fixtures.ts';
import { loadOf } from './shared.ts';

const textOf = (load: SharedLoad, name: string): string =>
  projectFiles(load).find((file) => file.name === name)?.text ?? '';

describe('an Artillery project', () => {
  it('has all its files', () => {
    assert.deepEqual(
      projectFiles(loadOf()).map(({ name }) => name),
      ['README.md', 'artillery.yml', 'hook.mjs', 'load.json', 'package.json', 'start.mjs', '.gitignore'],
    );
  });

  it('has one virtual user per share, and the same number of workers', () => {
    const load = loadOf({ shares: 7 });
    assert.match(textOf(load, 'artillery.yml'), /arrivalRate: 7\n/);
    assert.match(textOf(load, 'start.mjs'), /'--count', '7'/);
  });

  it('installs no Artillery in workers, and sends no telemetry', () => {
    const manifest: Record<string, unknown> = JSON.parse(textOf(loadOf(), 'package.json'));
    assert.deepEqual(Object.keys(manifest), ['private', 'type', 'scripts']);
    assert.ok(textOf(loadOf(), 'start.mjs').includes(`artillery@${artilleryVersion}`));
    assert.match(textOf(loadOf(), 'start.mjs'), /ARTILLERY_DISABLE_TELEMETRY: 'true'/);
  });

  it("explains what it is, what it needs, and what wasn't tested", () => {
    const text = textOf(
      loadOf({
        targets: [
          {
            ...targetOf('one', 'http://{{$env HOST}}/a'),
            headers: [['Authorization', 'Bearer {{$secret my-key}}']],
          },
          targetOf('two', 'http://127.0.0.1:5000/'),
        ],
      }),
      'README.md',
    );
    for (const expected of [
      'shared by 4 workers',
      '400 requests, concurrency 8 (closed model), seed 1',
      '`GET http://{{$env HOST}}/a`',
      '`HOST`, `LOADLENS_SECRET_MY_KEY`',
      '100 requests, at most 2 in flight, and targets picked with a different seed',
      "Cloud workers can't reach your machine",
      "Loadlens hasn't been tested with these three services",
      'run-fargate',
      'run-lambda',
      'run-aci',
      'loadlens import artillery report.json',
    ])
      assert.ok(text.includes(expected), expected);
    assert.ok(
      !textOf(loadOf({ targets: [targetOf('one', 'https://example.com/')] }), 'README.md').includes(
        'Cloud workers can',
      ),
    );
  });
});

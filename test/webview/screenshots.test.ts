import { mkdir } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { startHarness, type Harness } from './harness.ts';
import { states } from './states/states.ts';
import type { ThemeName } from './themes.ts';

const folder = 'out/screenshots';
const widths = [400, 1000];

describe('panel screenshots', function () {
  this.timeout(120_000);
  let harness: Harness;

  before(async () => {
    await mkdir(folder, { recursive: true });
    harness = await startHarness();
  });

  after(() => harness.close());

  for (const theme of ['light', 'dark', 'high-contrast'] satisfies ThemeName[]) {
    for (const width of widths) {
      it(`fits ${String(width)} px in ${theme}, and breaks no layout rule`, async () => {
        const panel = await harness.open({ theme, width });
        for (const [name, state] of Object.entries(states)) {
          await panel.send({ type: 'init', state });
          await panel.page.screenshot({
            path: `${folder}/${name}-${theme}-${String(width)}.png`,
            fullPage: true,
            caret: 'initial',
          });
          const overflow = await panel.page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(overflow, 0, `${name} is wider than the panel`);
        }
        assert.deepEqual(await panel.complaints(), []);
        await panel.page.close();
      });
    }
  }
});

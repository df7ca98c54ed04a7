// One workbench for all end-to-end tests: the package installed, a profile and data folder that outlive a restart.
import { readFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/side-servers/ready.ts';
import { openFile, runCommand } from '../support/host/actions.ts';
import { launch, type Workbench } from '../support/host/launch.ts';
import { waitFor } from '../support/wait-for.ts';

const root = path.join(import.meta.dirname, '../..');
const keep = mkdtempSync(path.join(tmpdir(), 'e2e-'));

/** The built package. */
const vsix = path.join(
  root,
  `loadlens-${/"version": "([^"]+)"/.exec(readFileSync(path.join(root, 'package.json'), 'utf8'))?.[1]}.vsix`,
);

/** Where screenshots go; git ignores it. */
export const screenshots = path.join(root, 'out/screenshots');

const port = await freePort();
const mockPort = await freePort();
let workbench: Workbench | undefined;
let installed = false;

/** What every test starts from: the mock server on a port of its own, ten times faster than it says. */
export const settings = (more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  'loadlens.mock.port': mockPort,
  'loadlens.mock.timeScale': 0.1,
  ...more,
});

/** Address of the bundled mock server in these tests. */
export const mockUrl = (route: string): string => `http://127.0.0.1:${mockPort}${route}`;

/** The folder open in the one workbench, which is started at the first call. */
export async function openWorkspace(folder: string): Promise<Workbench> {
  if (workbench) {
    await workbench.open(folder);
    return workbench;
  }
  workbench = await launch({
    folder,
    vsix: installed ? [] : [vsix],
    settings: settings(),
    profile: path.join(keep, 'profile'),
    dataFolder: path.join(keep, 'data'),
    port,
  });
  installed = true;
  return workbench;
}

/** Ends server and browser; the next openWorkspace starts them anew with what they kept. */
export async function stopWorkbench(): Promise<void> {
  await workbench?.close();
  workbench = undefined;
}

/** A folder with these files. */
export function makeWorkspace(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(keep, 'ws-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** Whether the mock server is there. */
export const mockAnswers = (): Promise<boolean> =>
  fetch(mockUrl('/health')).then(
    (response) => response.ok,
    () => false,
  );

/** The one workbench with this endpoints file open, alone in its folder, and the mock server running. */
export async function openBesideMock(name: string, text: string): Promise<Workbench> {
  const bench = await openWorkspace(makeWorkspace({ [name]: text }));
  await openFile(bench.page, name);
  await runCommand(bench.page, 'Loadlens: Start Mock Server');
  await waitFor('the mock server', mockAnswers);
  return bench;
}

/** What the mock server says of itself. */
interface MockMetrics {
  readonly inFlight: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Reads the mock server's own metrics. */
async function mockMetrics(): Promise<MockMetrics> {
  const text = await (await fetch(mockUrl('/metrics'))).text();
  const samples = [...text.matchAll(/^(\w+)(?:\{([^}]*)\})? (\S+)$/gm)];
  const byStatus = samples.flatMap(([, , labels = '', value]) => {
    const status = /(?:status|code)="(\d+)"/.exec(labels)?.[1];
    return status ? [[status, Number(value)] as const] : [];
  });
  const inFlight = samples.find(([, name = '']) => name.includes('in_flight'))?.[3];
  return { inFlight: Number(inFlight), byStatus: Object.fromEntries(byStatus) };
}

/** Number of answers with status 200 so far. */
export const answered = async (): Promise<number> => (await mockMetrics()).byStatus['200'] ?? 0;

/** Waits until as many requests are in flight at the mock server. */
export const untilInFlight = (count: number): Promise<void> =>
  waitFor(`${count} requests in flight`, async () => (await mockMetrics()).inFlight === count);

before(() => mkdirSync(screenshots, { recursive: true }));

afterEach(async function () {
  if (this.currentTest?.state !== 'failed') return;
  const name = this.currentTest.fullTitle().replaceAll(/\W+/g, '-').slice(0, 80);
  await workbench?.page.screenshot({ path: path.join(screenshots, `failed-${name}.png`) });
});

after(async () => {
  await stopWorkbench();
  rmSync(keep, { recursive: true, force: true, maxRetries: 5 });
});

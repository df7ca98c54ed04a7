import { workspace, type QuickPickItem, type Uri } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import { parseObject } from '../../../core/endpoints/json.ts';
import { recognizeApi } from '../../../core/endpoints/llm/llm-api.ts';
import type { PreparedRequest, Target } from '../../../core/endpoints/types.ts';
import { withoutPlaceholders } from '../../../core/endpoints/variables/variables.ts';
import { throughputWorkload, type ThroughputWorkload } from '../../../core/plan/suites/suite.ts';
import { isSuite } from '../../../core/report/formats/results.ts';
import { earlierFrom, isSameModel } from '../../../core/record/suites/make-suite.ts';
import type { SuiteModel } from '../../../core/record/suites/suite.ts';
import type { BenchmarkTask, SuiteInput } from '../../../processes/messages.ts';
import type { BundledServer } from '../../services/child-processes/bundled-server.ts';
import { parseDocument, shownAs } from '../../services/workspace/documents.ts';
import { findEndpointsFiles } from '../../services/workspace/files.ts';
import type { History } from '../../services/runs/history.ts';
import { prepareInput } from '../../services/runs/prepare-input.ts';
import { numberSetting, textSetting } from '../../services/workspace/settings.ts';
import { startServer } from '../../services/child-processes/start-server.ts';
import type { Handlers } from '../handlers.ts';
import { inTurn, isWhole, mayRun, measure, offerServers, pidOf, type LaunchParts } from './launch.ts';
import { askAll, askPick } from './steps.ts';

/** Server of a suite: a bundled one, or a target of a file. */
type Whom =
  | { readonly kind: 'bundled'; readonly server: BundledServer }
  | { readonly kind: 'target'; readonly uri: Uri; readonly target: Target };
type Item = QuickPickItem & { readonly whom: Whom };

/** Returns whether the suite supports the API of a URL. */
const isAskable = (url: string): boolean =>
  new URL(url).pathname.endsWith('/tokenizer') || recognizeApi(url, null).api?.dialect !== undefined;
const mostTargets = 200;
/** A level of a slow model takes a long time. */
const leastTimeoutMs = 120_000;

/** The command that measures a language model by the workload of the reference. */
export function suiteCommands(parts: LaunchParts): Pick<Handlers, 'runThroughputSuite'> {
  const { servers, notify, history } = parts;

  const runBundled = async (server: BundledServer, workload: ThroughputWorkload): Promise<void> => {
    // The whole of it is one turn, so that no other run finds the server and then misses it.
    await inTurn(parts, async () => {
      const wasRunning = server.state().kind === 'running';
      if (!(await startServer(server, notify))) return;
      try {
        const pid = server.pid();
        const model = bundledModel(server);
        const asked = server.id === 'gpt2' ? textSetting('gpt2.model') : server.id;
        const setup = { url: model.url, model: asked, headers: [], secrets: [] };
        await measure(taskOf({ model, workload, setup, history, pid }), parts);
      } finally {
        // The suite stops a server that it started.
        if (!wasRunning) await server.end();
      }
    });
  };

  const runTarget = async (
    uri: Uri,
    target: Target,
    insecure: boolean,
    workload: ThroughputWorkload,
  ): Promise<void> => {
    const requests = workload.levels.reduce((sum, level) => sum + level.requests + workload.warmupRequests, 0);
    const concurrency = Math.max(...workload.levels.map((level) => level.concurrency));
    const { consent, secrets } = parts;
    const plan = { requests, durationS: null, concurrency };
    const prepared = await prepareInput({ uri, name: target.name, targets: [target] }, { consent, secrets, plan });
    const found = prepared && (await offerServers(uri, prepared.input.requests, parts));
    const [request] = prepared?.input.requests ?? [];
    if (prepared === undefined || found === undefined || request === undefined) return;
    const { input } = prepared;
    const asked = modelOf(request);
    // Stored as in the file. Values from the environment and secrets are only sent.
    const model = { name: asked ?? target.name, url: target.url, server: 'url', synthetic: null, dtype: null } as const;
    const headers = request.headers.filter(([header]) => header.toLowerCase() !== 'content-type');
    await inTurn(parts, async (waited) => {
      const notes = waited ? await offerServers(uri, input.requests, parts) : found;
      if (notes === undefined) return;
      const setup = { url: request.url, model: asked, headers, secrets: input.secrets, notes, insecure };
      await measure(taskOf({ model, workload, setup, history, pid: pidOf(input.requests, servers) }), parts);
    });
  };

  const measureWhom = async (whom: Whom, workload: ThroughputWorkload): Promise<void> => {
    if (whom.kind === 'bundled') {
      await runBundled(whom.server, workload);
      return;
    }
    const file = parseDocument(await workspace.openTextDocument(whom.uri));
    if (!isWhole(whom.uri, file, notify, whom.target.name)) return;
    await runTarget(whom.uri, whom.target, file.defaults.insecure ?? false, workload);
  };

  return {
    runThroughputSuite: async (id) => {
      if (!mayRun(notify)) return;
      const items = [...bundledItems(servers), ...(await targetItems())];
      const earlier = typeof id === 'string' ? history.get(id) : undefined;
      if (earlier !== undefined && isSuite(earlier)) {
        const { model, workload } = earlier;
        const again = items.find(({ whom }) => isOf(whom, model));
        if (again === undefined) {
          throw new LoadlensError(`No endpoints file has a target ${model.url}.`, {
            hint: 'Open the folder that holds it, then run the suite again.',
          });
        }
        await measureWhom(again.whom, throughputWorkload(workload.quick, workload.preset));
        return;
      }
      let whom: Whom | undefined;
      let quick: boolean | undefined;
      const answered = await askAll('Run Throughput Suite', () => [
        async (place) => {
          const picked = await askPick(place, { placeholder: 'Select a language model', items });
          if (picked.kind === 'next') ({ whom } = picked.value);
          return picked;
        },
        async (place) => {
          const picked = await askPick(place, { placeholder: 'Select a length', items: lengthItems() });
          if (picked.kind === 'next') ({ quick } = picked.value);
          return picked;
        },
      ]);
      if (answered && whom !== undefined && quick !== undefined) await measureWhom(whom, throughputWorkload(quick));
    },
  };
}

/** Whether an earlier suite asked it: the same bundled server, or a target with the same address. */
const isOf = (whom: Whom, { server, url }: SuiteModel): boolean =>
  whom.kind === 'bundled' ? whom.server.id === server : server === 'url' && whom.target.url === url;

function bundledItems(servers: readonly BundledServer[]): Item[] {
  return servers
    .filter((server) => server.state().kind !== 'missing')
    .toSorted((a, b) => Number(b.id === 'gpt2') - Number(a.id === 'gpt2'))
    .map((server) => ({
      label: `$(server-process) ${server.words.title}`,
      description: server.state().kind === 'running' ? 'running' : 'started for the suite',
      detail: server.words.what,
      whom: { kind: 'bundled', server },
    }));
}

/** Targets of the workspace's endpoints files that are language models. */
async function targetItems(): Promise<Item[]> {
  const items: Item[] = [];
  for (const uri of await findEndpointsFiles()) {
    const { targets } = parseDocument(await workspace.openTextDocument(uri));
    for (const target of targets) {
      const plain = withoutPlaceholders(target.url);
      if (!URL.canParse(plain) || !isAskable(plain)) continue;
      if (items.length === mostTargets) return items;
      items.push({
        label: `$(globe) ${target.name}`,
        description: shownAs(uri),
        detail: target.url,
        whom: { kind: 'target', uri, target },
      });
    }
  }
  return items;
}

function lengthWords(quick: boolean): string {
  const { levels } = throughputWorkload(quick);
  const requests = levels.reduce((sum, level) => sum + level.requests, 0);
  const list = levels.map(({ concurrency }) => concurrency).join(', ');
  return `${requests} requests, concurrency ${list}`;
}

const lengthItems = (): readonly (QuickPickItem & { readonly quick: boolean })[] => [
  { label: 'Quick', description: lengthWords(true), quick: true },
  { label: 'Full', description: lengthWords(false), quick: false },
];

function bundledModel(server: BundledServer): SuiteModel {
  const state = server.state();
  const url = `${state.kind === 'running' ? state.url : ''}/v1/completions`;
  if (server.id === 'mock') return { name: 'mock', url, server: 'mock', synthetic: null, dtype: null };
  const model = textSetting('gpt2.model');
  return {
    // As the command line names it: with gpt2 in front unless the name has it.
    name: /gpt2/i.test(model) ? model : `gpt2-${model}`,
    url,
    server: 'gpt2',
    synthetic: model.startsWith('synthetic'),
    dtype: textSetting('gpt2.dtype'),
  };
}

/** The model that a request names. */
function modelOf({ body }: PreparedRequest): string | undefined {
  const model = body && parseObject(body)?.['model'];
  return typeof model === 'string' ? model : undefined;
}

/** Returns the suite for the benchmark process, with earlier results of the same model from the history. */
function taskOf(about: {
  readonly model: SuiteModel;
  readonly workload: ThroughputWorkload;
  readonly setup: Pick<SuiteInput['setup'], 'url' | 'model' | 'headers' | 'secrets' | 'notes' | 'insecure'>;
  readonly history: History;
  readonly pid: number | undefined;
}): BenchmarkTask {
  const { model, workload, history, pid } = about;
  const earlier = history
    .results()
    .filter(isSuite)
    .filter((suite) => suite.status === 'completed' && isSameModel(suite.model, model))
    .map(earlierFrom)
    .toReversed();
  const setup = {
    ...about.setup,
    name: model.name,
    ignoreEos: model.server === 'gpt2',
    objectives: [],
    timeoutMs: Math.max(leastTimeoutMs, numberSetting('run.timeoutSeconds') * 1000),
  };
  const input = { setup, model, workload, earlier };
  return { type: 'suite', input, ...(pid === undefined ? {} : { serverPid: pid }) };
}

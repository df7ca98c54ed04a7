import { ProgressLocation, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { baseUrlOf, newBenchmark, workloads, type NewBenchmark } from '../../core/endpoints/llm/new-benchmark.ts';
import { remoteHosts } from '../../core/endpoints/hosts.ts';
import {
  findMetrics,
  findModelServers,
  listModels,
  usualPlaces,
  type ModelServer,
} from '../../processes/model-servers.ts';
import { isFile, openUntitled, pickFolder, showText } from '../services/workspace/files.ts';
import type { Notify } from '../services/workspace/notify.ts';
import type { Consent } from '../services/workspace/consent.ts';
import type { Secrets } from '../services/workspace/secrets.ts';
import { numberSetting } from '../services/workspace/settings.ts';
import type { Handlers } from './handlers.ts';
import { mayRun } from './run/launch.ts';

const title = 'New LLM Benchmark';
/** Secret of the key of a server that wants one. */
const keyName = 'LLM_API_KEY';

interface ServerItem extends QuickPickItem {
  readonly server?: ModelServer;
}

/** The command that asks for a server, a model, and a workload, and writes an endpoints file. */
export function newLlmBenchmarkCommand(parts: {
  readonly secrets: Secrets;
  readonly consent: Consent;
  readonly notify: Notify;
}): Pick<Handlers, 'newLlmBenchmark'> {
  return {
    newLlmBenchmark: async () => {
      if (!mayRun(parts.notify)) return;
      const server = await askServer(parts);
      // Read while the user answers.
      const metrics = server && findMetrics(server.base, server.key);
      const model = server && (await askModel(server));
      const workload = model !== undefined && (await askWorkload());
      if (!server || model === undefined || !workload) return;
      const { base, key } = server;
      const secret = key === undefined ? undefined : keyName;
      await writeFile(newBenchmark({ base, model, workload, secret, metricsUrl: await metrics }));
    },
  };
}

/** A server whose models are known as far as it lists them. */
type Chosen = Pick<ModelServer, 'base' | 'models'> & { readonly key?: string };

/** Offers the servers found on this machine, and an input for another URL. Undefined if the user left. */
async function askServer(parts: { readonly secrets: Secrets; readonly consent: Consent }): Promise<Chosen | undefined> {
  const places = [
    ...usualPlaces,
    { title: 'GPT-2 server', port: numberSetting('gpt2.port') },
    { title: 'Mock server', port: numberSetting('mock.port') },
  ];
  const items = findModelServers(places).then((found): ServerItem[] => [
    ...found.map((server) => ({
      label: server.title,
      description: server.base,
      detail: server.models.length === 1 ? (server.models[0] ?? '') : `${server.models.length} models`,
      server,
    })),
    {
      label: 'Another URL…',
      detail: `Looked on ports ${places.map(({ port }) => port).join(', ')} of this machine`,
    },
  ]);
  const item = await window.showQuickPick(items, { title, placeHolder: 'Select a server', ignoreFocusOut: true });
  return item === undefined ? undefined : (item.server ?? askUrl(parts));
}

async function askUrl({
  secrets,
  consent,
}: {
  readonly secrets: Secrets;
  readonly consent: Consent;
}): Promise<Chosen | undefined> {
  const text = await window.showInputBox({
    title,
    prompt: 'Base URL of a server with OpenAI’s API',
    placeHolder: 'http://127.0.0.1:8000/v1',
    ignoreFocusOut: true,
    validateInput: (typed) =>
      baseUrlOf(typed) === undefined ? 'Expected a URL, such as http://127.0.0.1:8000/v1' : undefined,
  });
  const base = text === undefined ? undefined : baseUrlOf(text);
  if (base === undefined) return undefined;
  const plan = { requests: 1, durationS: null, concurrency: 1 };
  const hosts = remoteHosts([{ url: base }]);
  if (!(await consent.ask({ hosts, plan, secrets: [], allow: 'Allow and List Models' }))) return undefined;
  const listed = await list(base);
  if ('models' in listed) return { base, models: listed.models };
  if (!listed.needsKey) return { base, models: [] };
  const key = (await secrets.resolve([keyName]))?.get(keyName);
  if (key === undefined) return undefined;
  const again = await list(base, key);
  return { base, models: 'models' in again ? again.models : [], key };
}

const list = (base: string, key?: string): ReturnType<typeof listModels> =>
  Promise.resolve(
    window.withProgress({ location: ProgressLocation.Notification, title: `Asking ${base} for its models` }, () =>
      listModels(base, { key }),
    ),
  );

/** Returns the only model, or the one selected or typed; undefined if the user left. */
async function askModel({ base, models }: Chosen): Promise<string | undefined> {
  if (models.length === 1) return models[0];
  if (models.length > 1)
    return window.showQuickPick([...models], { title, placeHolder: 'Select a model', ignoreFocusOut: true });
  return window.showInputBox({
    title,
    prompt: `Name of the model. ${base}/models lists none`,
    ignoreFocusOut: true,
    validateInput: (typed) => (typed.trim() === '' ? 'Type a name.' : undefined),
  });
}

async function askWorkload(): Promise<NewBenchmark['workload'] | undefined> {
  const items = workloads.map((workload) => ({ label: workload.title, detail: workload.detail, workload }));
  const item = await window.showQuickPick(items, { title, placeHolder: 'Select a workload', ignoreFocusOut: true });
  return item?.workload;
}

/** Writes the text to a new file of the workspace and shows it. Existing files are kept. */
async function writeFile(text: string): Promise<void> {
  if ((workspace.workspaceFolders ?? []).length === 0) {
    await openUntitled(text);
    return;
  }
  const folder = await pickFolder();
  if (folder === undefined) return;
  let file = Uri.joinPath(folder, 'llm.endpoints');
  for (let number = 2; await isFile(file); number += 1) file = Uri.joinPath(folder, `llm-${number}.endpoints`);
  await workspace.fs.writeFile(file, new TextEncoder().encode(text));
  await showText(await workspace.openTextDocument(file), { preview: false });
}

import { window, type Memento } from 'vscode';
import type { SearchPlan } from '../../../core/plan/capacity-search.ts';
import type { RunPlan } from '../../../core/plan/types.ts';
import { countOf } from '../../../core/format.ts';
import { rateText } from '../../../core/report/words/load-words.ts';
import { searchLoadText } from '../../../core/report/words/search-words.ts';
import { setContextKey } from './context-keys.ts';

type Load = Pick<RunPlan, 'requests' | 'conversations' | 'durationS' | 'concurrency' | 'stages'>;
type SearchedLoad = Pick<SearchPlan, 'by' | 'range'>;

/** What the user is asked to allow. */
export interface ConsentQuestion {
  /** `host:port`, none of them on loopback. */
  readonly hosts: readonly string[];
  readonly plan: Load | SearchedLoad;
  /** Names of the secrets that travel along. */
  readonly secrets: readonly string[];
  /** The button that allows it; `Allow and Run` unless set. */
  readonly allow?: string;
}

/** Which hosts that are not this machine the user has allowed load on, and which commands to run, in this workspace. */
export interface Consent {
  /** Asks before the first run against a host. Consent applies to the host in this workspace. */
  readonly ask: (question: ConsentQuestion) => Promise<boolean>;
  readonly hosts: () => readonly string[];
  /**
   * Shows shell commands before they run for the first time. Consent applies to the text of a command in this
   * workspace.
   * @param where place where they run, such as `in the workspace folder`
   */
  readonly askCommands: (commands: readonly string[], where: string) => Promise<boolean>;
  readonly commands: () => readonly string[];
  /** From now on these hosts and commands are asked about again. */
  readonly forget: (gone: readonly string[]) => Promise<void>;
}

const hostsKey = 'loadlens.allowedHosts';
const commandsKey = 'loadlens.allowedCommands';

/** How much is sent, in words. */
function amount(plan: ConsentQuestion['plan']): string {
  if ('by' in plan) return searchLoadText(plan);
  const { requests, conversations, durationS, concurrency, stages } = plan;
  if (requests === null && conversations !== undefined) {
    const width = stages === undefined ? `${concurrency} at a time` : rateText(stages);
    return `${countOf(conversations, 'conversation')}, ${width}`;
  }
  if (stages !== undefined) {
    return requests === null
      ? `requests for ${durationS ?? 0} s at ${rateText(stages)}`
      : `${requests} requests at ${rateText(stages)}`;
  }
  if (requests === null) return `requests for ${durationS ?? 0} s, ${concurrency} at a time`;
  return requests === 1 ? '1 request' : `${requests} requests, ${concurrency} at a time`;
}

/** Makes the Consent, kept in the memory of a workspace. */
export function createConsent(memory: Memento): Consent {
  const kept = (key: string) => (): readonly string[] => memory.get<readonly string[]>(key, []);
  const [hosts, allowedCommands] = [kept(hostsKey), kept(commandsKey)];
  const setKey = (): void => setContextKey('hasConsent', hosts().length + allowedCommands().length > 0);
  const set = async (key: string, next: readonly string[]): Promise<void> => {
    await memory.update(key, next);
    setKey();
  };
  setKey();
  return {
    hosts,
    ask: async (question) => {
      const fresh = question.hosts.filter((host) => !hosts().includes(host));
      if (fresh.length === 0) return true;
      if (!(await allowed(fresh, question))) return false;
      await set(hostsKey, [...hosts(), ...fresh]);
      return true;
    },
    commands: allowedCommands,
    askCommands: async (commands, where) => {
      const fresh = commands.filter((command) => !allowedCommands().includes(command));
      if (fresh.length === 0) return true;
      const allow = 'Allow and Run';
      const [question, them] = fresh.length === 1 ? ['Run this command?', 'it'] : ['Run these commands?', 'them'];
      const why = `The comparison runs ${them} ${where}. Loadlens asks once per command in this workspace.`;
      const detail = [...fresh, why].join('\n\n');
      if ((await window.showWarningMessage(question, { modal: true, detail }, allow)) !== allow) return false;
      await set(commandsKey, [...allowedCommands(), ...fresh]);
      return true;
    },
    forget: async (gone) => {
      const left = (all: readonly string[]): string[] => all.filter((one) => !gone.includes(one));
      await set(hostsKey, left(hosts()));
      await set(commandsKey, left(allowedCommands()));
    },
  };
}

async function allowed(fresh: readonly string[], question: ConsentQuestion): Promise<boolean> {
  const allow = question.allow ?? 'Allow and Run';
  const detail = [
    `Loadlens will send ${amount(question.plan)}.`,
    ...(question.secrets.length > 0 ? [`Secrets it sends along: ${question.secrets.join(', ')}.`] : []),
    'Put load only on servers that you may test. Loadlens asks once per host in this workspace.',
  ].join('\n\n');
  const shown = fresh.slice(0, 5).join(', ') + (fresh.length > 5 ? ` and ${fresh.length - 5} more` : '');
  const answer = await window.showWarningMessage(`Send load to ${shown}?`, { modal: true, detail }, allow);
  return answer === allow;
}

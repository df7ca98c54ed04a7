import { window, type Memento } from 'vscode';
import type { RunPlan } from '../../../core/plan/types.ts';
import { rateText } from '../../../core/report/words/load-words.ts';
import { setContextKey } from './context-keys.ts';

/** What the user is asked to allow. */
export interface ConsentQuestion {
  /** `host:port`, none of them on loopback. */
  readonly hosts: readonly string[];
  readonly plan: Pick<RunPlan, 'requests' | 'durationS' | 'concurrency' | 'stages'>;
  /** Names of the secrets that travel along. */
  readonly secrets: readonly string[];
  /** The button that allows it; `Allow and Run` unless set. */
  readonly allow?: string;
}

/** Which hosts that are not this machine the user has allowed load on, in this workspace. */
export interface Consent {
  /** Asks before the first run against a host. Consent applies to the host in this workspace. */
  readonly ask: (question: ConsentQuestion) => Promise<boolean>;
  readonly hosts: () => readonly string[];
  /** From now on these are asked about again. */
  readonly forget: (hosts: readonly string[]) => Promise<void>;
}

const key = 'loadlens.allowedHosts';

/** How much is sent, in words. */
function amount({ requests, durationS, concurrency, stages }: ConsentQuestion['plan']): string {
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
  const hosts = (): readonly string[] => memory.get<readonly string[]>(key, []);
  const allow = async (next: readonly string[]): Promise<void> => {
    setContextKey('hasAllowedHosts', next.length > 0);
    await memory.update(key, next);
  };
  setContextKey('hasAllowedHosts', hosts().length > 0);
  return {
    hosts,
    ask: async (question) => {
      const fresh = question.hosts.filter((host) => !hosts().includes(host));
      if (fresh.length === 0) return true;
      if (!(await allowed(fresh, question))) return false;
      await allow([...hosts(), ...fresh]);
      return true;
    },
    forget: (gone) => allow(hosts().filter((host) => !gone.includes(host))),
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

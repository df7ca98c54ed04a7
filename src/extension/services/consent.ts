import { l10n, window, type Memento } from 'vscode';
import type { RunPlan } from '../../core/plan/types.ts';

/** What the user is asked to allow. */
export interface ConsentQuestion {
  /** `host:port`, none of them on loopback. */
  readonly hosts: readonly string[];
  readonly plan: Pick<RunPlan, 'requests' | 'durationS' | 'concurrency'>;
  /** Names of the secrets that travel along. */
  readonly secrets: readonly string[];
}

const key = 'loadlens.allowedHosts';

/** How much is sent, in words. */
function amount({ requests, durationS, concurrency }: ConsentQuestion['plan']): string {
  if (requests === null) return l10n.t('requests for {0} s, {1} at a time', durationS ?? 0, concurrency);
  return l10n.t('{0} requests, {1} at a time', requests, concurrency);
}

/** Asks before the first run against a host that is not this machine; an answer holds for host and workspace. */
export async function askConsent(memory: Memento, question: ConsentQuestion): Promise<boolean> {
  const allowed = new Set(memory.get<readonly string[]>(key, []));
  const fresh = question.hosts.filter((host) => !allowed.has(host));
  if (fresh.length === 0) return true;
  const allow = l10n.t('Allow and Run');
  const detail = [
    l10n.t('Loadlens will send {0}.', amount(question.plan)),
    ...(question.secrets.length > 0 ? [l10n.t('Secrets it sends along: {0}.', question.secrets.join(', '))] : []),
    l10n.t('Put load only on servers that you may test. Loadlens asks once per host in this workspace.'),
  ].join('\n\n');
  const shown = fresh.slice(0, 5).join(', ') + (fresh.length > 5 ? l10n.t(' and {0} more', fresh.length - 5) : '');
  const answer = await window.showWarningMessage(l10n.t('Send load to {0}?', shown), { modal: true, detail }, allow);
  if (answer !== allow) return false;
  await memory.update(key, [...allowed, ...fresh]);
  return true;
}

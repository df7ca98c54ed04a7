import { t } from '@vscode/l10n';
import { isLost, wasObserved } from '../../src/core/metrics/client-health.ts';
import type { ClientHealth } from '../../src/core/metrics/types.ts';
import type { RunRecord } from '../../src/core/report/types.ts';
import { formatCount, formatMs, formatPercent } from '../../src/core/report/format.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';

/** Whether the numbers speak of the server, or of the machine that sent. */
export function clientHealth(record: RunRecord): HTMLElement {
  const { client } = record;
  const good = client.warnings.length === 0;
  return h(
    'section',
    { class: `health ${good ? 'good' : 'doubtful'}`, 'aria-label': t('Client health') },
    icon(good ? 'check' : 'warning'),
    h(
      'div',
      {},
      ...[...verdict(record), ...client.warnings].map((sentence) => h('p', {}, sentence)),
      h('ul', { class: 'facts' }, ...facts(client).map((fact) => h('li', {}, fact))),
    ),
  );
}

/** One sentence about the client as a whole; warnings speak for themselves. */
function verdict(record: RunRecord): string[] {
  const { client } = record;
  if (isLost(client)) return [t('What the client measured of itself is lost.')];
  if (client.warnings.length > 0) return [];
  if (!wasObserved(record)) return [t('The run was too short to tell whether the client kept up.')];
  return [t('The client kept up: the numbers speak of the server.')];
}

function facts(client: ClientHealth): string[] {
  const lag = t('Requests left {0} late (p99)', formatMs(client.scheduleLagP99Ms));
  if (isLost(client)) return [lag];
  return [
    t(
      'Event loop late by {0} (p99), {1} at most',
      formatMs(client.eventLoopDelayP99Ms),
      formatMs(client.eventLoopDelayMaxMs),
    ),
    t('CPU {0} of a core', formatPercent(client.cpuShare)),
    t(
      '{0} connections opened, {1} requests on a used one',
      formatCount(client.connectionsOpened),
      formatCount(client.connectionsReused),
    ),
    lag,
    ...(client.littlesLawResidual === null
      ? []
      : [t("Little's law off by {0}", formatPercent(client.littlesLawResidual))]),
  ];
}

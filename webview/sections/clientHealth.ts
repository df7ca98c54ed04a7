import { t } from '@vscode/l10n';
import type { ClientHealth } from '../../src/core/metrics/types.ts';
import { formatCount, formatMs, formatPercent } from '../../src/core/report/format.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';

/** Whether the numbers speak of the server, or of the machine that sent. */
export function clientHealth(client: ClientHealth): HTMLElement {
  const good = client.warnings.length === 0;
  const words = good
    ? [t('The client kept up: the numbers speak of the server.')]
    : [t('The client may be the bottleneck.'), ...client.warnings];
  const facts = [
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
    t('Requests left {0} late (p99)', formatMs(client.scheduleLagP99Ms)),
    ...(client.littlesLawResidual === null
      ? []
      : [t("Little's law off by {0}", formatPercent(client.littlesLawResidual))]),
  ];
  return h(
    'section',
    { class: `health ${good ? 'good' : 'doubtful'}`, 'aria-label': t('Client health') },
    icon(good ? 'check' : 'warning'),
    h(
      'div',
      {},
      ...words.map((sentence) => h('p', {}, sentence)),
      h('ul', { class: 'facts' }, ...facts.map((fact) => h('li', {}, fact))),
    ),
  );
}

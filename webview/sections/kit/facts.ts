import { capital } from '../../../src/core/format.ts';
import { h } from '../../dom.ts';

/** Facts as a list of names and values. */
export function factList(facts: readonly (readonly [label: string, value: string])[]): HTMLElement {
  return h(
    'dl',
    { class: 'provenance' },
    ...facts.flatMap(([name, value]) => [h('dt', {}, capital(name)), h('dd', {}, value)]),
  );
}

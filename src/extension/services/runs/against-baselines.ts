import type { Disposable, Event, TextDocument, Uri } from 'vscode';
import type { Baseline } from '../../../core/record/comparisons/baseline.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { againstBaseline, type AgainstBaseline } from '../../../core/report/comparisons/against-baseline.ts';
import { defaultBaseline } from '../../../core/values/relations.ts';
import { baselineUri, type Baselines } from '../workspace/baselines.ts';
import { parseDocument } from '../workspace/documents.ts';
import { comparisonRules } from '../workspace/settings.ts';
import type { History } from './history.ts';

/** How the last runs of open files compare with their baselines. */
export interface AgainstBaselines extends Disposable {
  /** Baselines have changed. */
  readonly onDidChange: Event<void>;
  /** The name of the baseline that a file asks for, and the comparison; undefined without that baseline. */
  readonly of: (
    document: TextDocument,
    record: RunRecord,
    target?: string,
  ) => { readonly name: string; readonly found: AgainstBaseline } | undefined;
}

/** Maximum number of targets with numbers in a baseline. */
const mostTargets = 50;

/** Creates the AgainstBaselines. A comparison is made once, until history or baselines change. */
export function createAgainstBaselines(history: History, baselines: Baselines): AgainstBaselines {
  let made = new Map<string, AgainstBaseline | undefined>();
  const forget = (): void => {
    made = new Map();
  };
  const subscriptions = [history.onDidChange(forget), baselines.onDidChange(forget)];

  const baselineOf = (uri: Uri, name: string): Baseline | undefined => {
    const place = baselineUri(uri, name).toString();
    return baselines.known().find((kept) => kept.uri.toString() === place)?.baseline;
  };
  return {
    onDidChange: baselines.onDidChange,
    of: (document, record, target) => {
      if (target !== undefined && record.targetCount > mostTargets) return undefined;
      const name = parseDocument(document).defaults.baseline ?? defaultBaseline;
      const baseline = baselineOf(document.uri, name);
      if (baseline === undefined) return undefined;
      const rules = comparisonRules(document.uri);
      const key = JSON.stringify([rules.threshold, document.uri.toString(), name, record.id, target]);
      if (!made.has(key)) made.set(key, againstBaseline(baseline, { record, runs: history.runs(), rules, target }));
      const found = made.get(key);
      return found && { name, found };
    },
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

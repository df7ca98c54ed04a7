import { join } from 'node:path';
import { chaptersText, type Chapters } from '../../core/report/formats/chapters.ts';
import { suiteFileName } from '../../core/record/make-suite.ts';
import type { SuiteRuns } from '../../engine/suite.ts';
import { withPartialFile } from '../output/partial-file.ts';
import { suiteFiles, writeSuite } from './files.ts';
import { calibrated, type SuiteTools } from './with-server.ts';

/** A suite of one kind: how it is measured, and what its runs come to. */
interface SuiteKind<S> {
  readonly kind: string;
  /** The folder of the results. */
  readonly out: string;
  readonly measure: (hooks: SuiteTools['hooks']) => Promise<SuiteRuns>;
  readonly make: (runs: SuiteRuns, files: readonly string[]) => S;
  readonly chaptersOf: (suite: S) => Chapters;
}

/**
 * Measures a suite, shows it and writes its files. Meanwhile the runs that have ended are kept beside them, in
 * `<kind>_<model>.json.partial`.
 */
export function reportSuite<S extends object>(
  { model, hooks, screen }: Pick<SuiteTools, 'model' | 'hooks' | 'screen'>,
  { kind, out, measure, make, chaptersOf }: SuiteKind<S>,
): Promise<S> {
  // The partial file has no time in its name: the next suite finds what this one left.
  const place = join(out, suiteFileName(kind, model.name, ''));
  return withPartialFile(
    `${place.replace(/_+$/, '')}.json`,
    (text) => screen.note(text),
    async (keep) => {
      let known: SuiteRuns | undefined;
      const onPartial = async (finished: SuiteRuns): Promise<void> => {
        if (known === finished) return;
        known = finished;
        await keep?.([JSON.stringify(make(calibrated(finished), []))], finished.runs.length > 0);
      };
      const measured = calibrated(await measure({ ...hooks, onPartial }));
      const files = suiteFiles(out, suiteFileName(kind, model.name, measured.startedAt));
      const suite = make(measured, files);
      const chapters = chaptersOf(suite);
      screen.print(chaptersText(chapters));
      writeSuite(files, suite, chapters);
      return suite;
    },
  );
}

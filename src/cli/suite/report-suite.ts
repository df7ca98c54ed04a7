import { join } from 'node:path';
import { chaptersText, type Chapters } from '../../core/report/formats/chapters.ts';
import { suiteFileName } from '../../core/record/suites/make-suite.ts';
import type { SuiteRuns } from '../../engine/suite.ts';
import { withPartialFile } from '../output/partial-file.ts';
import { suiteFiles, writeSuite } from './files.ts';
import { calibrated, type SuiteTools } from './with-server.ts';

/** A kind of suite: how it's measured, and its record and report. */
interface SuiteKind<S> {
  readonly kind: string;
  /** Folder for the results. */
  readonly out: string;
  readonly measure: (hooks: SuiteTools['hooks']) => Promise<SuiteRuns>;
  readonly make: (runs: SuiteRuns, files: readonly string[]) => S;
  readonly chaptersOf: (suite: S) => Chapters;
}

/**
 * Measures a suite, shows it, writes its files, and returns its record. Meanwhile, `<kind>_<model>.json.partial` holds the
 * finished runs.
 */
export function reportSuite<S extends object>(
  { model, hooks, screen }: Pick<SuiteTools, 'model' | 'hooks' | 'screen'>,
  { kind, out, measure, make, chaptersOf }: SuiteKind<S>,
): Promise<S> {
  // Its name has no time, so the next suite finds a leftover partial file.
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

import Mocha from 'mocha';
import { writeCounts } from './counts.ts';

/** Prints like mocha's `spec` and writes the counts of the suite. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => writeCounts(this.stats));
  }
}

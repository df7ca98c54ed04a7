import Mocha from 'mocha';
import { writeCounts } from './counts.ts';

/** Prints as mocha's `spec` does and leaves the counts for whoever adds up several suites. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => writeCounts(this.stats));
  }
}

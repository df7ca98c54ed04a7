import type { Check } from './checks.ts';
import type { CheckPlace } from './junit.ts';

const inMessage = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const inProperty = (text: string): string => inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Returns the failed checks as annotations of GitHub Actions, one per line. */
export const renderAnnotations = (checks: readonly Check[], { file, lineOf }: CheckPlace): string =>
  checks
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ name, target, message }) => {
      const place = file === null ? '' : `file=${inProperty(file)},line=${lineOf(target)},`;
      const what = target === undefined ? name : `${target} ${name}`;
      return `::error ${place}title=${inProperty(`Loadlens: ${what}`)}::${inMessage(`${what}: ${message}`)}\n`;
    })
    .join('');

import { maskedVariable } from '../credentials.ts';
import { maskSecrets } from '../mask.ts';

/**
 * Returns the values of variables as they may be kept: `***` in place of credentials.
 * @param secrets values that must not be kept
 */
export function keptVariables(
  variables: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      secrets.includes(value) ? '***' : maskSecrets(maskedVariable(name, value), secrets),
    ]),
  );
}

import { maskedVariable } from '../credentials.ts';
import { maskSecrets } from '../mask.ts';

/**
 * Returns variables in a form that may be stored and shown: `***` in place of secrets, and of values that look like
 * credentials by the name of their variable or as part of an address.
 * @param secrets values that must not be stored, such as those of `{{$secret NAME}}`
 */
export function maskVariables(
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

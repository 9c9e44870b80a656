import type { ConfigurationMistake } from './configuration.error.js';

/** The user or the password of the URL in a variable; undefined when it has none. */
export function decodeCredential(
  part: string | undefined,
  variable: string,
  mistakes: ConfigurationMistake[],
): string | undefined {
  if (!part) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    mistakes.push({
      variables: [variable],
      message: 'a percent sign in the user or the password must be written as %25',
    });
    return undefined;
  }
}

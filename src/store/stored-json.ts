/**
 * Parses JSON that a store holds. The error does not quote the text, as the engine's own error does:
 * that would carry content into a log.
 * @throws TypeError
 */
export function parseStoredJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TypeError('Not JSON.');
  }
}

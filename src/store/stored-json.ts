/**
 * Parses what a store kept. The error says nothing more: the engine's own quotes the text, and it
 * would carry content into a log.
 * @throws TypeError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TypeError('Not JSON.');
  }
}

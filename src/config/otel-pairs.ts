/** The characters that a name of a header may have. An attribute may have more: it is seldom given one. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Reads a list of OpenTelemetry, `name=value,name=value`, whose values are percent-encoded. Undefined when it is none,
 * or when a value could not be sent in a header.
 */
export function readPairs(list: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const item of list.split(',').map((text) => text.trim())) {
    if (item === '') continue;
    const end = item.indexOf('=');
    const name = item.slice(0, Math.max(end, 0)).trim();
    const value = decode(item.slice(end + 1).trim());
    if (!NAME.test(name) || value === undefined) return undefined;
    pairs[name] = value;
  }
  return pairs;
}

function decode(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

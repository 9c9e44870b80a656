const PREFIX = 'Bearer ';
const SCHEME = 'bearer';
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * The token of an `Authorization` header: the scheme `Bearer` in any case, at least one space, and one
 * token of visible ASCII characters to the end. It reads each character once, because anybody can
 * send 16 KiB of them.
 */
export function bearerTokenOf(header: string | undefined): string | undefined {
  const token = afterScheme(header);
  return token !== undefined && isVisibleAscii(token) ? token : undefined;
}

/** What stands where the token should be. It costs next to nothing. */
export function afterScheme(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  let start = PREFIX.length;
  if (!header.startsWith(PREFIX)) {
    if (header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
    if (header.charCodeAt(SCHEME.length) !== SPACE) return undefined;
  }
  while (header.charCodeAt(start) === SPACE) start++;
  return start < header.length ? header.slice(start) : undefined;
}

function isVisibleAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= SPACE || code >= DELETE) return false;
  }
  return true;
}

const SCHEME = 'bearer';
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * The token of an `Authorization` header: the scheme `Bearer` in any case, at least one space, and one
 * token of visible ASCII characters to the end. It reads each character once, because anybody can
 * send 16 KiB of them.
 */
export function bearerTokenOf(header: string | undefined): string | undefined {
  if (header?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  let start = SCHEME.length;
  while (header.charCodeAt(start) === SPACE) start++;
  if (start === SCHEME.length || start === header.length) return undefined;
  for (let i = start; i < header.length; i++) {
    const code = header.charCodeAt(i);
    if (code <= SPACE || code >= DELETE) return undefined;
  }
  return header.slice(start);
}

import { toOrigins } from './image-origins';

/** Origins from which images are loaded beside that of the page. */
const IMAGE_ORIGINS = toOrigins(String(import.meta.env['VITE_IMAGE_ORIGINS'] ?? ''));

/** Whether a link may lead there: no `javascript:`, no `data:`, no address of a file. */
export function isHttpUrl(url: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '');
}

/**
 * Whether the page loads an image from there by itself. To load one tells its server that the message was read: a text of a
 * model could tell anybody, with what it has read in the address.
 */
export function isTrustedImage(url: string): boolean {
  const parsed = url === '' ? null : URL.parse(url, location.href);
  if (!parsed || !isHttpUrl(parsed.href)) return false;
  return [location.origin, ...IMAGE_ORIGINS].includes(parsed.origin);
}

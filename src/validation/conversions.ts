import { Convert } from './dto.js';

/** The number of a plain decimal text, and any other value as it is. `Number` would also take a space or `0x10`. */
export function parseDecimal(value: unknown): unknown {
  return typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** Accepts one value or several. */
export function ToArray(): PropertyDecorator {
  return Convert((value) => (typeof value === 'string' ? [value] : value));
}

import { Convert } from './dto.js';

/** Converts a text that is a plain decimal number. `Number` would also take a space or `0x10`. */
export function FromDecimal(): PropertyDecorator {
  return Convert((value) =>
    typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value,
  );
}

/** Accepts one value or several. */
export function ToArray(): PropertyDecorator {
  return Convert((value) => (typeof value === 'string' ? [value] : value));
}

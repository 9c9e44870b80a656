import { MalformedBodyError } from './request.errors.js';

/**
 * Nesting and size of a JSON text beyond what any honest client sends. Keys have a bound of their
 * own: one that was not seen before costs the parser ten times what a value does.
 */
export const JSON_LIMITS = { depth: 64, values: 50_000, keys: 20_000 } as const;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const LETTER_U = 0x75;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const LETTER_A = 0x61;
const LOWER_CASE = 0x20;

/**
 * One pass over the bytes of a JSON text, before it is parsed and before anything walks over what
 * it holds: refuses what is nested too deep or has too many values, and strings with NUL or half a
 * surrogate pair, which no database keeps. What it passes may still be no JSON.
 * @throws MalformedBodyError
 */
export function scanJson(text: Buffer): void {
  let depth = 0;
  let values = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] as number;
    if (byte === QUOTE) {
      i = skipString(text, i + 1);
    } else if (byte === COMMA) {
      values++;
    } else if (byte === COLON) {
      keys++;
    } else if (OPEN.has(byte)) {
      depth++;
      values++;
    } else if (CLOSE.has(byte)) {
      depth--;
    }
    if (depth > JSON_LIMITS.depth) throw new MalformedBodyError('It is nested too deep.');
    if (keys > JSON_LIMITS.keys) throw new MalformedBodyError('It has too many keys.');
    if (values > JSON_LIMITS.values) throw new MalformedBodyError('It has too many values.');
  }
}

/** The index of the quote that ends the string, or the end of the text. */
function skipString(text: Buffer, start: number): number {
  let highSurrogate = false;
  for (let i = start; i < text.length; i++) {
    const byte = text[i];
    const unit = byte === BACKSLASH && text[i + 1] === LETTER_U ? codeUnit(text, i + 2) : undefined;
    const isLow = unit !== undefined && unit >= 0xdc00 && unit <= 0xdfff;
    if (highSurrogate !== isLow) throw new MalformedBodyError('It has half a surrogate pair.');
    if (unit === 0) throw new MalformedBodyError('It has a NUL character.');
    highSurrogate = unit !== undefined && unit >= 0xd800 && unit <= 0xdbff;
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i += unit === undefined ? 1 : 5;
  }
  return text.length;
}

/** Of what are no hexadecimal digits, any number: the parser refuses them. */
function codeUnit(text: Buffer, start: number): number {
  let unit = 0;
  for (let i = start; i < start + 4; i++) unit = unit * 16 + hexDigit(text[i] ?? 0);
  return unit;
}

function hexDigit(byte: number): number {
  return byte <= DIGIT_NINE ? byte - DIGIT_ZERO : (byte | LOWER_CASE) - LETTER_A + 10;
}

import { MalformedBodyError } from './request.errors.js';

/**
 * Bounds of a JSON text. No honest client sends more. Keys have a bound of their own, because a key
 * that the parser has not seen before costs ten times as much as a value.
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
 * Checks the bytes of a JSON text in one pass before it is parsed. Refuses a text that is nested too
 * deeply or has too many values or keys. Also refuses strings with a NUL or with half a surrogate
 * pair, which databases cannot store. A text that passes may still not be JSON: the parser decides.
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
    if (depth > JSON_LIMITS.depth) throw new MalformedBodyError('The JSON is nested too deeply.');
    if (keys > JSON_LIMITS.keys) throw new MalformedBodyError('The JSON has too many keys.');
    if (values > JSON_LIMITS.values) throw new MalformedBodyError('The JSON has too many values.');
  }
}

/** Returns the index of the quote that ends the string, or the length of the text. */
function skipString(text: Buffer, start: number): number {
  let highSurrogate = false;
  for (let i = start; i < text.length; i++) {
    const byte = text[i];
    const unit = byte === BACKSLASH && text[i + 1] === LETTER_U ? codeUnit(text, i + 2) : undefined;
    const isLow = unit !== undefined && unit >= 0xdc00 && unit <= 0xdfff;
    if (highSurrogate !== isLow)
      throw new MalformedBodyError('A string in the JSON has half a surrogate pair.');
    if (unit === 0) throw new MalformedBodyError('A string in the JSON has a NUL character.');
    highSurrogate = unit !== undefined && unit >= 0xd800 && unit <= 0xdbff;
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i += unit === undefined ? 1 : 5;
  }
  return text.length;
}

/**
 * The UTF-16 code unit of the four digits after `\u`. The number is arbitrary when they are not
 * hexadecimal digits, since the parser then refuses the text.
 */
function codeUnit(text: Buffer, start: number): number {
  let unit = 0;
  for (let i = start; i < start + 4; i++) unit = unit * 16 + hexDigit(text[i] ?? 0);
  return unit;
}

function hexDigit(byte: number): number {
  return byte <= DIGIT_NINE ? byte - DIGIT_ZERO : (byte | LOWER_CASE) - LETTER_A + 10;
}

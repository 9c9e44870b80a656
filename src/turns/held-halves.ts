import { InvalidOutputError } from './invalid-output.error.js';

const NUL = '\u0000';

/**
 * A piece of text can end in the middle of a character: with a high surrogate, whose low surrogate
 * begins the next piece. Each half waits here, under the key of its text, for the other one.
 */
export class HeldHalves {
  private readonly halves = new Map<string, string>();

  /**
   * The whole characters of a piece.
   * @throws InvalidOutputError when the text cannot be stored
   */
  join(key: string, piece: string): string {
    let text = (this.halves.get(key) ?? '') + piece;
    this.halves.delete(key);
    if (/[\uD800-\uDBFF]$/.test(text)) {
      this.halves.set(key, text.slice(-1));
      text = text.slice(0, -1);
    }
    if (text.isWellFormed() && !text.includes(NUL)) return text;
    throw new InvalidOutputError('A text must not have a NUL character or half a surrogate pair.');
  }

  /** The text has ended: its half is no character. */
  drop(key: string): void {
    this.halves.delete(key);
  }
}

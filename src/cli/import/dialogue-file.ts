import type { Dialogue } from './dialogue.js';
import { parseDialogue } from './parse-dialogue.js';
import { UnreadableLineError } from './unreadable-line.error.js';
import { splitLines } from './lines.js';

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** A line of the file that is not blank. */
export interface DialogueLine {
  /** The first line is 1. */
  readonly number: number;
  /** Bytes from the start of the file to the end of this line. */
  readonly endsAt: number;
  readonly content: Dialogue | UnreadableLineError;
  /** The number of earlier lines with the same text. */
  readonly repetition: number;
}

/** Reads the dialogues of a file one at a time. Holds only the hashes of the earlier ones. */
export async function* readDialogues(chunks: AsyncIterable<Buffer>): AsyncGenerator<DialogueLine> {
  const seen = new Map<string, number>();
  let number = 0;
  let endsAt = 0;
  for await (const bytes of splitLines(chunks)) {
    number++;
    endsAt += bytes.length + 1;
    const text = number === 1 && startsWithMark(bytes) ? bytes.subarray(3) : bytes;
    if (isBlank(text)) continue;
    const content = tryToParse(text);
    let repetition = 0;
    if (!(content instanceof UnreadableLineError)) {
      repetition = seen.get(content.hash) ?? 0;
      seen.set(content.hash, repetition + 1);
    }
    yield { number, endsAt, content, repetition };
  }
}

function tryToParse(line: Buffer): Dialogue | UnreadableLineError {
  try {
    return parseDialogue(line);
  } catch (error) {
    if (error instanceof UnreadableLineError) return error;
    throw error;
  }
}

function startsWithMark(line: Buffer): boolean {
  return line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

/** Spaces, tabs and the carriage return of a Windows line. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

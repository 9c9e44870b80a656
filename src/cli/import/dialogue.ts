import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';

type JsonObject = Readonly<Record<string, unknown>>;

/** A line of the file that can be sent. Whether it is valid is for the service to say. */
export interface Dialogue {
  readonly externalId?: string;
  /** Of the text of the line. */
  readonly hash: string;
  /** The body of the conversation but for its messages. */
  readonly head: JsonObject;
  readonly messages: readonly unknown[];
}

/** The line is no dialogue at all. The message says why, without its text. */
export class UnreadableLineError extends Error {}

/** @throws UnreadableLineError */
export function parseDialogue(line: Buffer): Dialogue {
  const { messages = [], ...head } = parseObject(line);
  if (!Array.isArray(messages)) throw new UnreadableLineError('"messages" is no array.');
  const { externalId } = head;
  return {
    ...(typeof externalId === 'string' && { externalId }),
    hash: hash('sha256', line, 'base64url'),
    head,
    messages,
  };
}

function parseObject(line: Buffer): JsonObject {
  if (!isUtf8(line)) throw new UnreadableLineError('It is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    // The parser's own message quotes the text.
    throw new UnreadableLineError('It is no JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new UnreadableLineError('It is no JSON object.');
}

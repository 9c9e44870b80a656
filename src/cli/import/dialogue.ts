import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';

type JsonObject = Readonly<Record<string, unknown>>;

/** A line of the file that can be sent. The service decides whether it is valid. */
export interface Dialogue {
  readonly externalId?: string;
  /** The hash of the text of the line. */
  readonly hash: string;
  /** The body of the request without the messages. */
  readonly head: JsonObject;
  readonly messages: readonly unknown[];
}

/** The line is not a dialogue. The message says why, without the text of the line. */
export class UnreadableLineError extends Error {}

/** @throws UnreadableLineError */
export function parseDialogue(line: Buffer): Dialogue {
  const { messages = [], ...head } = parseObject(line);
  if (!Array.isArray(messages)) throw new UnreadableLineError('"messages" is not an array.');
  const { externalId } = head;
  return {
    ...(typeof externalId === 'string' && { externalId }),
    hash: hash('sha256', line, 'base64url'),
    head,
    messages,
  };
}

function parseObject(line: Buffer): JsonObject {
  if (!isUtf8(line)) throw new UnreadableLineError('The line is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    // The message of the parser would quote the text.
    throw new UnreadableLineError('The line is not JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new UnreadableLineError('The line is not a JSON object.');
}

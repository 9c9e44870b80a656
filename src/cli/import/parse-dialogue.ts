import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Dialogue, JsonObject } from './dialogue.js';
import { exportedDialogue, isExported } from './exported-dialogue.js';
import { UnreadableLineError } from './unreadable-line.error.js';

/** @throws UnreadableLineError */
export function parseDialogue(line: Buffer): Dialogue {
  const { messages = [], ...head } = parseObject(line);
  if (!Array.isArray(messages)) throw new UnreadableLineError('"messages" is not an array.');
  const { externalId } = head;
  return {
    ...(typeof externalId === 'string' && { externalId }),
    hash: hash('sha256', line, 'base64url'),
    ...(isExported(head)
      ? exportedDialogue(head, messages)
      : { head, messages, places: new Map() }),
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

import type { ConversationSealing } from '../sealing/conversation-sealing.js';

/** What of an element is in plain sight: its time, and the id and the role of the message. */
const VISIBLE = '[0-9]{13}\\["(?:[^"\\\\]|\\\\.)*","[usat]",';

/** Finds the form of a sealed message at the beginning of its element. PostgreSQL reads the pattern, too. */
export const FORM_OF_MESSAGE = `^${VISIBLE}\\{"sealed":"([ezx][A-Za-z0-9_-]*)[.]`;
const FORM = new RegExp(FORM_OF_MESSAGE);

const BEGINNING = new RegExp(`^(${VISIBLE})(\\{"sealed":)?`);

/** Whether the message is as it would be sealed now. */
export function isCurrentMessage(element: string, sealing: ConversationSealing): boolean {
  return sealing.isCurrent(FORM.exec(element)?.[1] ?? '');
}

/** Whether both are the same message: one that was sealed anew in one of two places has other bytes there. */
export function isSameMessage(element: string, other: string): boolean {
  if (element === other) return true;
  const [, visible, sealed] = BEGINNING.exec(element) ?? [];
  const [, otherVisible, otherSealed] = BEGINNING.exec(other) ?? [];
  const isEitherSealed = sealed !== undefined || otherSealed !== undefined;
  return visible !== undefined && visible === otherVisible && isEitherSealed;
}

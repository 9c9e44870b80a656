import { hash } from 'node:crypto';
import { validate } from 'uuid';
import type { ListPosition } from '../domain/conversation-list.js';
import type { Owner } from '../domain/owner.js';
import { InvalidRequestError } from '../http/request.errors.js';

const CHECK_LENGTH = 16;

/**
 * A position in an owner's list as text for a client: updatedAt, id, and a check over both and the
 * owner. The check detects a cursor that is garbled or belongs to another owner. It is not a secret:
 * a client that computes one only reaches another position in its own list.
 */
export function encodeCursor(owner: Owner, { updatedAt, id }: ListPosition): string {
  const position = `${updatedAt.getTime().toString(36)}.${id}`;
  return Buffer.from(`${position}.${check(owner, position)}`).toString('base64url');
}

/** @throws InvalidRequestError when the cursor was not made for this owner */
export function decodeCursor(owner: Owner, cursor: string): ListPosition {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('.');
  const position = { updatedAt: new Date(Number.parseInt(time, 36)), id };
  // A cursor of ours gives the same text when it is encoded again, including the check.
  const isGood = validate(id) && encodeCursor(owner, position) === cursor;
  if (!isGood) {
    throw new InvalidRequestError([
      { field: 'cursor', message: 'must be a nextCursor from your own list' },
    ]);
  }
  return position;
}

function check({ tenantId, userId }: Owner, position: string): string {
  return hash('sha256', JSON.stringify([tenantId, userId, position]), 'base64url').slice(
    0,
    CHECK_LENGTH,
  );
}

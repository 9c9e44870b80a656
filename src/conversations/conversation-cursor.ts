import { hash } from 'node:crypto';
import { validate } from 'uuid';
import type { Owner } from '../domain/owner.js';
import { InvalidRequestError } from '../http/request.errors.js';
import type { ListPosition } from '../domain/conversation-list.js';

const CHECK_LENGTH = 16;

/**
 * A place in an owner's list as a client carries it: updatedAt, id, and a check over both and the
 * owner. The check is no secret: it tells a garbled or borrowed cursor from a good one. Somebody who
 * computes it can only ask for another place in a list of their own.
 */
export function encodeCursor(owner: Owner, { updatedAt, id }: ListPosition): string {
  const place = `${updatedAt.getTime().toString(36)}.${id}`;
  return Buffer.from(`${place}.${check(owner, place)}`).toString('base64url');
}

/** @throws InvalidRequestError when it is none of this owner's */
export function decodeCursor(owner: Owner, cursor: string): ListPosition {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('.');
  const position = { updatedAt: new Date(Number.parseInt(time, 36)), id };
  // Encoded again it is the same, its check and all, or it is not one of ours.
  const isGood = validate(id) && encodeCursor(owner, position) === cursor;
  if (!isGood) {
    throw new InvalidRequestError([{ field: 'cursor', message: 'must be a nextCursor of yours' }]);
  }
  return position;
}

function check({ tenantId, userId }: Owner, place: string): string {
  return hash('sha256', JSON.stringify([tenantId, userId, place]), 'base64url').slice(
    0,
    CHECK_LENGTH,
  );
}

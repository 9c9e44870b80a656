import { hash } from 'node:crypto';
import { newId } from '../domain/new-id.js';
import { RoleRequiredError } from '../auth/auth.errors.js';
import { SERVICE_ROLE, type Caller } from '../auth/caller.js';
import type { NewMessage } from '../domain/message.js';
import type { WriteOptions } from '../store/conversation-store.js';

/** A message as a caller brings it. */
export type MessageDraft = Omit<NewMessage, 'id'>;

/** @throws RoleRequiredError for a message of another role than `user` from a user */
export function assertMayWrite({ isService }: Caller, messages: readonly MessageDraft[]): void {
  if (isService || messages.every(({ role }) => role === 'user')) return;
  throw new RoleRequiredError(`Messages of other roles than user need the role ${SERVICE_ROLE}.`);
}

export function toNewMessage({ role, parts, metadata }: MessageDraft): NewMessage {
  return { id: newId(), role, parts, ...(metadata !== undefined && { metadata }) };
}

/** The request is compared by the hash of what it asks for; ids made here are no part of that. */
export function onceUnder(key: string | undefined, request: unknown): WriteOptions {
  if (key === undefined) return {};
  const requestHash = hash('sha256', JSON.stringify(request), 'base64url').slice(0, 22);
  return { idempotency: { key, requestHash } };
}

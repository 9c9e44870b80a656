import { RoleRequiredError } from '../auth/auth.errors.js';
import { SERVICE_ROLE, type Caller } from '../auth/caller.js';
import type { NewMessage } from '../domain/message.js';
import { newId } from '../domain/new-id.js';

/** A message as a caller sends it: the service has not given it an id yet. */
export type MessageDraft = Omit<NewMessage, 'id'>;

/** @throws RoleRequiredError when a caller without the service role writes as another role than `user` */
export function assertMayWrite({ isService }: Caller, messages: readonly MessageDraft[]): void {
  if (isService || messages.every(({ role }) => role === 'user')) return;
  throw new RoleRequiredError(`Messages of other roles than user need the role ${SERVICE_ROLE}.`);
}

/** @throws RoleRequiredError when a caller without the service role writes a message in place of another one */
export function assertIsService({ isService }: Caller): void {
  if (isService) return;
  throw new RoleRequiredError(`"supersedes" needs the role ${SERVICE_ROLE}.`);
}

export function toNewMessage({ role, parts, metadata }: MessageDraft): NewMessage {
  return { id: newId(), role, parts, ...(metadata !== undefined && { metadata }) };
}

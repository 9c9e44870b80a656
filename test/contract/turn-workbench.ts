import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type {
  ConversationStore,
  NewTurn,
  Owner,
  Turn,
  TurnBeginning,
  TurnRef,
} from 'conversation-store';
import { aConversation, texts } from './workbench.js';

/** Longer than any test takes, on a busy machine, too. */
export const LEASE_MS = 120_000;
/** Of a test that waits for its end: long enough for the calls between two renewals. */
export const SHORT_LEASE_MS = 2_000;
export const EVERYTHING = { after: 0, maxBytes: 1_000_000 } as const;

export function aTurn(
  text = 'question',
  onConflict: NewTurn['onConflict'] = 'reject',
  leaseMs = LEASE_MS,
): NewTurn {
  const [message] = texts(text);
  assert.ok(message);
  return { id: randomUUID(), input: { message }, onConflict, leaseMs };
}

/** A turn whose lease runs out soon. */
export function aShortTurn(text?: string, onConflict?: NewTurn['onConflict']): NewTurn {
  return aTurn(text, onConflict, SHORT_LEASE_MS);
}

export function step(...seqs: number[]): {
  leaseMs: number;
  events: { seq: number; data: string }[];
} {
  return { leaseMs: LEASE_MS, events: seqs.map((seq) => ({ seq, data: `{"event":"ü ${seq}"}` })) };
}

/** Names a turn as the port takes it. */
export function refOf(owner: Owner, conversationId: string, turnId: string): TurnRef {
  return { owner, conversationId, turnId };
}

/** A conversation of one message. */
export async function created(store: ConversationStore, owner: Owner): Promise<string> {
  const draft = aConversation({ messages: texts('hello') });
  await store.create(owner, draft);
  return draft.id;
}

export async function begin(
  store: ConversationStore,
  owner: Owner,
  id: string,
  turn = aTurn(),
): Promise<Turn> {
  return expectBegun(await store.beginTurn(owner, id, turn)).turn;
}

export async function end(
  store: ConversationStore,
  owner: Owner,
  id: string,
  turn: Turn,
): Promise<void> {
  await store.endTurn(refOf(owner, id, turn.id), { end: 'completed', replies: [], events: [] });
}

export function expectBegun(beginning: TurnBeginning): TurnBeginning & { outcome: 'begun' } {
  assert.ok(beginning.outcome === 'begun', beginning.outcome);
  return beginning;
}

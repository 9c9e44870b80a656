import type { ConversationWithMessages } from '../domain/conversation.js';
import type { IdempotencyClaim } from '../domain/idempotency.js';
import type { Message } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { Turn } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnContext } from './orchestrator.js';
import type { OrchestratorOptions } from './turns.options.js';

/** A turn right after it has begun, with the user's message. */
export interface BegunTurn extends ConversationWithMessages {
  readonly owner: Owner;
  readonly turn: Turn;
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** What the orchestrator of a turn is given to see. */
export async function readContext(
  store: ConversationStore,
  { owner, turn, conversation, messages }: BegunTurn,
  { historyLimit }: OrchestratorOptions,
): Promise<Omit<TurnContext, 'signal'>> {
  const { id: turnId, conversationId, userSeq } = turn;
  const range = { limit: historyLimit, from: { before: userSeq } };
  const [history, state] = await Promise.all([
    store.read(owner, conversationId, range),
    store.getState(owner, conversationId),
  ]);
  const [userMessage] = messages as [Message];
  return { turnId, owner, conversation, history: history.messages, userMessage, state };
}

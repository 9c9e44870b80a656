import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnContext } from './orchestrator.js';
import type { BegunTurn } from './begun-turn.js';

/** Reads what the orchestrator is given for a turn, with `historyLimit` messages at most. */
export async function readContext(
  store: ConversationStore,
  { ref, turn, conversation, userMessage }: BegunTurn,
  historyLimit: number,
): Promise<Omit<TurnContext, 'signal'>> {
  const { owner, conversationId, turnId } = ref;
  const range = { limit: historyLimit, from: { before: turn.userSeq } };
  const [history, state] = await Promise.all([
    store.read(owner, conversationId, range),
    store.getState(owner, conversationId),
  ]);
  return { turnId, owner, conversation, history: history.messages, userMessage, state };
}

import type { Message } from '../domain/message.js';
import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnContext } from './orchestrator.js';
import type { BegunTurn } from './begun-turn.js';
import type { TurnMessage } from './turn-message.js';

/** Reads what the orchestrator is given for a turn, with `historyLimit` messages at most. */
export async function readContext(
  store: ConversationStore,
  { ref, turn, conversation, message, isContinuation }: BegunTurn,
  historyLimit: number,
): Promise<Omit<TurnContext, 'signal'>> {
  const { owner, conversationId, turnId } = ref;
  // An orchestrator sees the branch that it answers, whatever branch is active by now.
  const range = { limit: historyLimit, from: { before: turn.userSeq }, branch: turn.userSeq };
  const [page, state] = await Promise.all([
    store.read(owner, conversationId, range),
    store.getState(owner, conversationId),
  ]);
  const history = page.messages.map(toTurnMessage);
  const answered = toTurnMessage(message);
  const messages = [...history, answered];
  const context = { turnId, owner, conversation, history, messages, state };
  if (!isContinuation) return { ...context, userMessage: answered };
  const userMessage = history.findLast(({ role }) => role === 'user') ?? answered;
  return { ...context, userMessage, continued: answered };
}

/** Parts are stored as they came: nothing has checked that they are parts of the AI SDK. */
function toTurnMessage(message: Message): TurnMessage {
  const role = message.role === 'tool' ? 'assistant' : message.role;
  return { ...message, role, parts: message.parts as TurnMessage['parts'] };
}

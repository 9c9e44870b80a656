import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import type { Entry, Ledger, Outcome, Place } from './ledger.js';

/** Sends a message once, as its ledger entry says, and enters what came of it. */
export async function deliver(ledger: Ledger, entry: Entry, client: ApiClient): Promise<Outcome> {
  const { text, key, isTurn = false } = entry;
  const body = isTurn
    ? { message: text, onConflict: 'enqueue' }
    : { messages: [{ content: text }] };
  ledger.begin(entry);
  const start = performance.now();
  const answer = await client
    .post(CONVERSATIONS + pathOf(entry), body, key === undefined ? {} : { 'Idempotency-Key': key })
    // The connection failed: nothing is known.
    .catch(() => undefined);
  if (!isTurn) ledger.slowestMs = Math.max(ledger.slowestMs, performance.now() - start);
  const outcome = isTurn ? outcomeOfTurn(answer) : outcomeOf(answer);
  if (outcome === undefined) ledger.surprise(`${answer?.status} ${answer?.body.type}`);
  if (answer?.headers.get('idempotency-replayed') === 'true') ledger.replays++;
  const place = answer?.status === 201 ? placeIn(answer, entry) : undefined;
  if (place && isTurn) entry.isAnswered = true;
  ledger.settle(entry, outcome ?? 'unknown', place);
  return outcome ?? 'unknown';
}

function pathOf({ conversationId, isTurn }: Entry): string {
  if (conversationId === undefined) return '';
  return `/${conversationId}/${isTurn ? 'turns' : 'messages'}`;
}

/** A turn that has failed, or broken off, has stored its message. */
function outcomeOfTurn(answer: ApiResponse | undefined): Outcome | undefined {
  return answer?.status === 502 ? 'acknowledged' : outcomeOf(answer);
}

function outcomeOf(answer: ApiResponse | undefined): Outcome | undefined {
  if (!answer) return 'unknown';
  if (answer.status === 201) return 'acknowledged';
  const { mayHaveBeenApplied } = answer.body;
  if (answer.status !== 503 || mayHaveBeenApplied === undefined) return undefined;
  return mayHaveBeenApplied ? 'unknown' : 'refused';
}

function placeIn({ body }: ApiResponse, { conversationId, text, isTurn }: Entry): Place {
  const isPage = conversationId !== undefined && !isTurn;
  const message = (isPage ? body.data : body.messages).at(0);
  if (message?.parts[0]?.['text'] !== text) return { conversationId: 'another message', seq: 1 };
  return { conversationId: conversationId ?? body.id, seq: message.seq };
}

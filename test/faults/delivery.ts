import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import type { Entry, Ledger, Outcome, Place } from './ledger.js';

/** Sends a message once, as its ledger entry says, and enters what came of it. */
export async function deliver(ledger: Ledger, entry: Entry, client: ApiClient): Promise<Outcome> {
  const { text, key, conversationId } = entry;
  const path = conversationId === undefined ? '' : `/${conversationId}/messages`;
  const body = { messages: [{ content: text }] };
  ledger.begin(entry);
  const start = performance.now();
  const answer = await client
    .post(CONVERSATIONS + path, body, key === undefined ? {} : { 'Idempotency-Key': key })
    // The connection failed: nothing is known.
    .catch(() => undefined);
  ledger.slowestMs = Math.max(ledger.slowestMs, performance.now() - start);
  const outcome = outcomeOf(answer);
  if (outcome === undefined) ledger.surprise(`${answer?.status} ${answer?.body.type}`);
  if (answer?.headers.get('idempotency-replayed') === 'true') ledger.replays++;
  const place = outcome === 'acknowledged' && answer ? placeIn(answer, entry) : undefined;
  ledger.settle(entry, outcome ?? 'unknown', place);
  return outcome ?? 'unknown';
}

function outcomeOf(answer: ApiResponse | undefined): Outcome | undefined {
  if (!answer) return 'unknown';
  if (answer.status === 201) return 'acknowledged';
  const { mayHaveBeenApplied } = answer.body;
  if (answer.status !== 503 || mayHaveBeenApplied === undefined) return undefined;
  return mayHaveBeenApplied ? 'unknown' : 'refused';
}

function placeIn({ body }: ApiResponse, { conversationId, text }: Entry): Place | undefined {
  const message = (conversationId === undefined ? body.messages : body.data).at(0);
  if (message?.parts[0]?.['text'] !== text) return { conversationId: 'another message', seq: 1 };
  return { conversationId: conversationId ?? body.id, seq: message.seq };
}

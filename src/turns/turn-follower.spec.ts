import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import type { TurnEvent, TurnPage, TurnStatus } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { TurnNotFoundError } from '../domain/turn.errors.js';
import { TurnReaders } from './turn-readers.js';
import { TurnFollower } from './turn-follower.js';
import type { RunningTurns } from './running-turns.js';
import { DEFAULT_TURN_OPTIONS } from './turns.options.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const FINISH = '{"type":"finish"}';

describe('a follower', () => {
  let answers: (TurnPage | Error)[];
  let isStopping: boolean;
  const readAfter: number[] = [];

  beforeEach(() => {
    isStopping = false;
    readAfter.length = 0;
  });

  async function follow(after = 0): Promise<string[]> {
    const store = {
      readTurn: async (_: Owner, __: string, query: { after: number }): Promise<TurnPage> => {
        readAfter.push(query.after);
        const answer = answers.shift();
        if (!answer) throw new Error('There is no page left to read.');
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as unknown as ConversationStore;
    const running = {
      live: () => undefined,
      mustStopWaitingFor: () => isStopping,
      stopSignal: new AbortController().signal,
    } as unknown as RunningTurns;
    const options = { ...DEFAULT_TURN_OPTIONS, leaseMs: 1_000 };
    const readers = new TurnReaders(store, running, options);
    const follower = new TurnFollower(store, readers, options);
    const ref = { owner: OWNER, conversationId: 'C', turnId: 'T' };
    const seen: string[] = [];
    for await (const events of await follower.open(ref, after)) {
      seen.push(...events.map(({ seq, data }) => `${seq ?? '-'} ${typeOf(data)}`));
    }
    expect([follower.count, readers.count]).toEqual([0, 0]);
    return seen;
  }

  it('reads page by page, each from where the one before ended', async () => {
    answers = [page('running', 1, 16), page('running', 17, 2), page('completed', 19, 0, FINISH)];
    const seen = await follow();
    expect(seen).toHaveLength(19);
    expect(seen.at(-1)).toBe('19 finish');
    expect(readAfter).toEqual([0, 16, 18]);
  });

  it('continues after the event that the client has', async () => {
    answers = [page('completed', 5, 2, FINISH)];
    expect(await follow(5)).toEqual(['6 text-delta', '7 finish']);
    expect(readAfter).toEqual([4]);
  });

  it('ends with an error when the turn was lost and stored no last event', async () => {
    answers = [page('running', 1, 1), page('failed', 2, 0)];
    expect(await follow()).toEqual(['1 text-delta', '- error']);
    answers = [page('failed', 1, 1, '{"type":"error"}')];
    expect(await follow()).toEqual(['1 text-delta', '2 error']);
    answers = [page('failed', 2, 0, '{"type":"error"}')];
    expect(await follow(2)).toEqual([]);
  });

  it('ends with an error when events are missing, or all of them are gone', async () => {
    answers = [page('running', 7, 2)];
    expect(await follow(3)).toEqual(['- error']);
    answers = [page('running', 1, 1), new TurnNotFoundError()];
    expect(await follow()).toEqual(['1 text-delta', '- error']);
  });

  it('waits for a store that is away, for a lease at most', async () => {
    answers = [page('running', 1, 1), unavailable(), page('completed', 2, 0, FINISH)];
    expect(await follow()).toEqual(['1 text-delta', '2 finish']);
    answers = [page('running', 1, 1), ...Array.from({ length: 9 }, unavailable)];
    await expect(follow()).rejects.toThrow(StoreUnavailableError);
  });

  it('fails before the stream when there is no such turn, or no store', async () => {
    answers = [new TurnNotFoundError()];
    await expect(follow()).rejects.toThrow(TurnNotFoundError);
    answers = [unavailable()];
    await expect(follow()).rejects.toThrow(StoreUnavailableError);
  });

  it('breaks off when the process stops, unless the turn has ended', async () => {
    isStopping = true;
    answers = [page('running', 1, 1), page('running', 2, 0)];
    await expect(follow()).rejects.toThrow('This process runs no more turns.');
    answers = [page('running', 1, 1), page('completed', 2, 0, FINISH)];
    expect(await follow()).toEqual(['1 text-delta', '2 finish']);
  });
});

/** So many deltas from a seq on, and the events after them. */
function page(status: TurnStatus, from: number, count: number, ...last: string[]): TurnPage {
  const deltas = Array.from({ length: count }, () => '{"type":"text-delta"}');
  const events: TurnEvent[] = [...deltas, ...last].map((data, i) => ({ seq: from + i, data }));
  const turn = { id: 'T', conversationId: 'C', status, userSeq: 1 };
  return { turn, events, isComplete: events.length < 16 };
}

function typeOf(data: string): string {
  return (JSON.parse(data) as { type: string }).type;
}

function unavailable(): StoreUnavailableError {
  return new StoreUnavailableError('It is away.', { mayHaveBeenApplied: false });
}

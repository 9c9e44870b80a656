import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import type { TurnEvent, TurnPage, TurnStatus } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { TurnNotFoundError } from '../domain/turn.errors.js';
import { TurnNotifier } from './turn-notifier.js';
import { TurnFollower } from './turn-follower.js';
import type { RunningTurns } from './running-turns.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const FINISH = '{"type":"finish"}';

describe('a follower', () => {
  let answers: (TurnPage | Error)[];
  let isStopping: boolean;
  const asked: number[] = [];

  beforeEach(() => {
    isStopping = false;
    asked.length = 0;
  });

  async function follow(after = 0): Promise<string[]> {
    const store = {
      readTurn: async (_: Owner, __: string, query: { after: number }): Promise<TurnPage> => {
        asked.push(query.after);
        const answer = answers.shift();
        if (!answer) throw new Error('Nobody should ask.');
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as unknown as ConversationStore;
    const runs = {
      has: () => false,
      get isStopping() {
        return isStopping;
      },
    } as unknown as RunningTurns;
    const options = { leaseMs: 1_000, timeoutMs: 1_000, waitMs: 1_000 };
    const follower = new TurnFollower(store, new TurnNotifier(), runs, options);
    const place = { owner: OWNER, conversationId: 'C', turnId: 'T', after };
    const seen: string[] = [];
    for await (const events of await follower.open(place)) {
      seen.push(...events.map(({ seq, data }) => `${seq ?? '-'} ${typeOf(data)}`));
    }
    return seen;
  }

  it('reads page by page, each from where the one before ended', async () => {
    answers = [page('running', 1, 16), page('running', 17, 2), page('completed', 19, 0, FINISH)];
    const seen = await follow();
    expect(seen).toHaveLength(19);
    expect(seen.at(-1)).toBe('19 finish');
    expect(asked).toEqual([0, 16, 18]);
  });

  it('goes on behind the last event that is known', async () => {
    answers = [page('completed', 5, 2, FINISH)];
    expect(await follow(5)).toEqual(['6 text-delta', '7 finish']);
    expect(asked).toEqual([4]);
  });

  it('says that a turn was lost, when it ended without saying so', async () => {
    answers = [page('running', 1, 1), page('failed', 2, 0)];
    expect(await follow()).toEqual(['1 text-delta', '- error']);
    answers = [page('failed', 1, 1, '{"type":"error"}')];
    expect(await follow()).toEqual(['1 text-delta', '2 error']);
    answers = [page('failed', 2, 0, '{"type":"error"}')];
    expect(await follow(2)).toEqual([]);
  });

  it('says so when events are missing, or all of them are gone', async () => {
    answers = [page('running', 7, 2)];
    expect(await follow(3)).toEqual(['- error']);
    answers = [page('running', 1, 1), new TurnNotFoundError()];
    expect(await follow()).toEqual(['1 text-delta', '- error']);
  });

  it('waits for a store that is away, and not for ever', async () => {
    answers = [page('running', 1, 1), unavailable(), page('completed', 2, 0, FINISH)];
    expect(await follow()).toEqual(['1 text-delta', '2 finish']);
    answers = [page('running', 1, 1), ...Array.from({ length: 9 }, unavailable)];
    await expect(follow()).rejects.toThrow(StoreUnavailableError);
  });

  it('answers nothing at all when there is no such turn, or no store', async () => {
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

/** Deltas from a number on, and what comes behind them. */
function page(status: TurnStatus, from: number, count: number, ...last: string[]): TurnPage {
  const deltas = Array.from({ length: count }, () => '{"type":"text-delta"}');
  const events: TurnEvent[] = [...deltas, ...last].map((data, i) => ({ seq: from + i, data }));
  return { turn: { id: 'T', conversationId: 'C', status, userSeq: 1 }, events };
}

function typeOf(data: string): string {
  return (JSON.parse(data) as { type: string }).type;
}

function unavailable(): StoreUnavailableError {
  return new StoreUnavailableError('It is away.', { mayHaveBeenApplied: false });
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { TurnIndex, type IndexedTurn } from './turn-index.js';

describe('TurnIndex', () => {
  const lost = { turnId: '1', conversationId: 'a' };
  const next = { turnId: '2', conversationId: 'a' };
  const other = { turnId: '3', conversationId: 'b' };
  let index: TurnIndex<IndexedTurn>;

  beforeEach(() => {
    index = new TurnIndex();
    for (const turn of [lost, next, other]) index.add(turn);
  });

  it('finds a turn by its id, and the turns of a conversation', () => {
    expect(index.get('2')).toBe(next);
    expect(index.get('4')).toBeUndefined();
    expect(index.in('a')).toEqual([lost, next]);
    expect(index.in('b')).toEqual([other]);
    expect(index.in('c')).toEqual([]);
    expect([index.size, index.all()]).toEqual([3, [lost, next, other]]);
  });

  it('forgets a turn, and no other turn of its conversation', () => {
    index.delete(lost);
    expect(index.get('1')).toBeUndefined();
    expect(index.in('a')).toEqual([next]);
    index.delete(next);
    expect(index.in('a')).toEqual([]);
    expect(index.all()).toEqual([other]);
  });

  it('leaves what was found before as it was', () => {
    const found = index.in('a');
    index.delete(lost);
    index.add({ turnId: '4', conversationId: 'a' });
    expect(found).toEqual([lost, next]);
  });

  it('walks over no other conversation', () => {
    const walked: string[] = [];
    const watched = new TurnIndex<IndexedTurn>();
    for (let i = 0; i < 1_000; i++) {
      watched.add({
        turnId: `${i}`,
        get conversationId() {
          walked.push(this.turnId);
          return `conversation ${i}`;
        },
      });
    }
    walked.length = 0;
    expect(watched.in('conversation 7').map(({ turnId }) => turnId)).toEqual(['7']);
    expect(watched.in('conversation x')).toEqual([]);
    expect(walked).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  addMessages,
  appendMessages,
  createConversation,
  updateConversation,
} from './conversation-changes.js';

const NOW = Date.UTC(2026, 0, 1);
const TTL_MS = 600_000;
const LIMITS = {
  ttlMs: TTL_MS,
  maxMessagesPerConversation: 3,
  maxConversationsPerUser: 2,
  pageBytes: 1024,
};
const MESSAGE = { id: 'm', role: 'user', parts: [] } as const;

function create(messageCount = 0, existing = { hasId: false, count: 0 }) {
  const messages = Array.from({ length: messageCount }, () => MESSAGE);
  const draft = { id: 'c', metadata: {}, messages };
  return createConversation({ tenantId: 't', userId: 'u' }, draft, existing, NOW, LIMITS);
}

function codeOf(refused: () => unknown): unknown {
  try {
    return refused();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

it.each([
  [4, { hasId: true, count: 2 }, 'conversation-exists'],
  [4, { hasId: false, count: 2 }, 'too-many-conversations'],
  [4, { hasId: false, count: 1 }, 'conversation-full'],
])('a create with %i messages beside %j is refused: %s', (messageCount, existing, code) => {
  expect(codeOf(() => create(messageCount, existing))).toBe(code);
});

describe('an append', () => {
  it.each([
    [59_999, 0],
    [60_000, 60_000],
  ])('without a time to live moves the access once a minute: at %i ms', (later, moved) => {
    const limits = { ...LIMITS, ttlMs: null };
    const created = updateConversation(create(), {}, undefined, NOW, null);
    const { lastAccessedAt, expiresAt } = appendMessages(
      created,
      { count: 1 },
      NOW + later,
      limits,
    );
    expect([lastAccessedAt, expiresAt]).toEqual([new Date(NOW + moved), null]);
  });

  it.each([
    ['within a tenth of the time to live', TTL_MS / 10 - 1, 0],
    ['after a tenth of it', TTL_MS / 10, TTL_MS / 10],
    ['on a clock that was set back a little', -1, 0],
    ['on a clock that was set back far', -TTL_MS, -TTL_MS],
  ])('%s moves the access or leaves it', (_, later, moved) => {
    const { lastAccessedAt, expiresAt } = appendMessages(
      create(),
      { count: 1 },
      NOW + later,
      LIMITS,
    );
    expect(lastAccessedAt).toEqual(new Date(NOW + moved));
    expect(expiresAt).toEqual(new Date(NOW + moved + TTL_MS));
  });

  it.each([
    [5, 5],
    [0, 0],
    [-5, 0],
  ])('at %i ms makes a version, updated at %i ms', (later, updated) => {
    const appended = appendMessages(create(1), { count: 2 }, NOW + later, LIMITS);
    expect(appended).toMatchObject({ version: 2, messageCount: 3, createdAt: new Date(NOW) });
    expect(appended.updatedAt).toEqual(new Date(NOW + updated));
  });

  it('to a closed conversation is refused, before the missing room; a turn may still add', () => {
    const closed = updateConversation(create(3), { status: 'archived' }, 1, NOW, TTL_MS);
    expect(codeOf(() => appendMessages(closed, { count: 1 }, NOW, LIMITS))).toBe(
      'conversation-closed',
    );
    expect(addMessages(closed, closed, NOW, LIMITS, 'completed')).toMatchObject({
      status: 'completed',
      version: 3,
    });
  });
});

it('an update moves the access, though none is due', () => {
  const updated = updateConversation(create(), { title: 'x' }, undefined, NOW + 1, TTL_MS);
  expect(updated.lastAccessedAt).toEqual(new Date(NOW + 1));
  expect(codeOf(() => updateConversation(updated, {}, 1, NOW, TTL_MS))).toBe('version-conflict');
});

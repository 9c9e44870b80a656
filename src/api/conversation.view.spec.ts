import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '../domain/conversation.js';
import { toConversationView } from './conversation.view.js';

const CONVERSATION: Conversation = {
  id: 'ID',
  tenantId: 't',
  userId: 'u',
  title: 'x',
  status: 'active',
  metadata: {},
  messageCount: 0,
  leafSeq: 0,
  version: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  lastAccessedAt: new Date(0),
  expiresAt: new Date(1),
};

const VIEW = {
  ...CONVERSATION,
  createdAt: '1970-01-01T00:00:00.000Z',
  updatedAt: '1970-01-01T00:00:00.000Z',
  lastAccessedAt: '1970-01-01T00:00:00.000Z',
  expiresAt: '1970-01-01T00:00:00.001Z',
};

describe('toConversationView', () => {
  it('shows a conversation as it is', () => {
    expect(toConversationView(CONVERSATION)).toEqual(VIEW);
  });

  it('shows no deadline as null', () => {
    const view = toConversationView({ ...CONVERSATION, expiresAt: null });
    expect(view).toEqual({ ...VIEW, expiresAt: null });
  });

  it('never lets a live handle of an SDK leave, or anything else that hangs on it', () => {
    const inProcess = { ...CONVERSATION, sdkConversationRef: { close: () => 0 }, state: 'secret' };
    expect(toConversationView(inProcess)).toEqual(VIEW);
  });
});

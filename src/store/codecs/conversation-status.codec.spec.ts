import { expect, it } from '@jest/globals';
import { CONVERSATION_STATUSES } from '../../domain/conversation.js';
import { decodeStatus } from './conversation-status.codec.js';

it('the status of a conversation is one of the three', () => {
  for (const status of CONVERSATION_STATUSES) expect(decodeStatus(status)).toBe(status);
  for (const word of [undefined, '', 'Active']) {
    expect(() => decodeStatus(word)).toThrow(TypeError);
  }
});

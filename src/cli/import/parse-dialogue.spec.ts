import { describe, expect, it } from '@jest/globals';
import { parseDialogue } from './parse-dialogue.js';

function parse(line: object): ReturnType<typeof parseDialogue> {
  return parseDialogue(Buffer.from(JSON.stringify(line)));
}

describe('a line of an export', () => {
  const exported = { messageCount: 1, version: 1, status: 'active' };
  const message = { role: 'user', parts: [] };

  it('of an older service, which had no branches, ends as it was created', () => {
    expect(parse({ ...exported, messages: [message] })).not.toHaveProperty('ending');
  });

  it.each([null, 'text', 7])('with %j for a message is the problem of that line alone', (wrong) => {
    const { messages } = parse({ ...exported, messages: [message, wrong] });
    expect(messages).toEqual([message, wrong]);
  });
});

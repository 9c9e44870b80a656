import { problemOf, type Message } from '@conversation-store/client';
import { toUIMessages } from '@conversation-store/client/ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/redis-server.js';
import { openChat, type SdkChat } from '../support/sdk-chat.js';
import { ENDLESS, SDKS, StoredChats, textOf } from '../support/stored-chats.js';
import { prompts } from '../support/tool-orchestrator.js';
import { script } from '../support/turns.js';

describe.each(SDKS)('a chat of %s that does not know what is stored', (_, sdk) => {
  let chats: StoredChats;
  let { network, client, transport, id } = {} as StoredChats;
  const stored = (leaf?: 'all'): Promise<readonly Message[]> => chats.stored(leaf);
  const expectAsStored = (chat: SdkChat): Promise<void> => chats.expectAsStored(chat);

  beforeAll(async () => {
    chats = await StoredChats.start();
  });
  beforeEach(async () => {
    await chats.reset();
    ({ network, client, transport, id } = chats);
  });
  afterAll(() => chats.close());

  it('answers again, without a second message, after a stop before the answer', async () => {
    const chat = openChat(sdk, transport, id);
    network.slowDown('/turns/stream', 50);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => network.sent('POST', '/turns').length === 1);
    await chat.stop();
    await sent;
    const again = chat.regenerate();
    await until(() => textOf(chat) === 'So far');
    await chat.stop();
    await again;
    await transport.load(id);
    expect(chat.errors).toEqual([]);
    expect((await stored('all')).filter(({ role }) => role === 'user')).toHaveLength(1);
  });

  it('sends behind the reply that its user sees, not on the branch of another tab', async () => {
    const chat = openChat(sdk, transport, id);
    for (const text of ['one', 'two']) await chat.sendMessage({ text });
    await client.startTurn(id, { message: 'two, in another tab', parentSeq: 2 });
    await chat.sendMessage({ text: 'three' });
    expect(chat.errors).toEqual([]);
    expect((await stored()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 7, 8]);
    await expectAsStored(chat);
  });

  it('can be stopped while it waits for the end of a turn that was stopped', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => textOf(chat) === 'So far');
    network.hang('POST');
    await chat.stop();
    await sent;
    const next = chat.sendMessage({ text: 'hi' });
    await until(() => chat.status === 'submitted');
    await chat.stop();
    await next;
    expect([chat.status, network.sent('POST', '/turns/stream').length]).toEqual(['ready', 1]);
  });

  it('answers the new text after an edit that did not reach the service', async () => {
    await client.startTurn(id, { message: 'one' });
    const messages = toUIMessages((await client.listMessages(id)).data).map((message) => ({
      ...message,
      metadata: {},
    }));
    const chat = openChat(sdk, transport, id, { messages });
    network.refuse('GET', 5);
    await chat.sendMessage({ text: 'one, better', messageId: messages[0]?.id ?? '' });
    expect(chat.errors).toHaveLength(1);
    await chat.regenerate();
    expect(chat.status).toBe('ready');
    expect((await stored()).map(({ seq }) => seq)).toEqual([3, 4]);
    expect(JSON.stringify(prompts.at(-1))).toContain('one, better');
  });

  it('stores a message once whose answer was lost, when it is submitted again', async () => {
    network.loseAnswer('POST', 5);
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: 'hi' });
    await chat.sendMessage();
    expect(chat.status).toBe('ready');
    expect(await stored('all')).toHaveLength(2);
    await expectAsStored(chat);
  });

  it('answers again after a turn that failed without a word', async () => {
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: script(['throw', 'no']) });
    await chat.regenerate();
    expect((await stored('all')).map(({ role }) => role)).toEqual(['user']);
    expect(network.sent('POST', '/turns/stream')).toHaveLength(2);
    const keys = network.sent('POST').map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(keys).size).toBe(2);
  });

  it('edits a message whose answer was lost beside it', async () => {
    network.loseAnswer('POST', 5);
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: 'hi' });
    await chat.sendMessage({ text: 'hello', messageId: chat.messages[0]?.id ?? '' });
    expect(chat.status).toBe('ready');
    expect(transport.placeOf(id, chat.messages[0]?.id ?? '')).toMatchObject({ siblings: [1, 3] });
    await expectAsStored(chat);
  });

  it('sends the message again under its key after the network has failed for long', async () => {
    network.loseAnswer('POST', 1);
    network.refuse('POST', 4);
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: 'hi' });
    expect(problemOf(chat.error)).toMatchObject({ slug: 'unreachable', status: 0 });
    await chat.regenerate();
    expect(chat.status).toBe('ready');
    expect(prompts).toHaveLength(1);
    await expectAsStored(chat);
  });

  it('sends an edited message in place of one that was never sent', async () => {
    const chat = openChat(sdk, transport, id);
    network.refuse('POST', 5);
    await chat.sendMessage({ text: 'hi' });
    await chat.sendMessage({ text: 'hello', messageId: chat.messages[0]?.id ?? '' });
    expect(chat.status).toBe('ready');
    expect(await stored()).toHaveLength(2);
  });

  it.each([429, 401, 503])(
    'stores a message once whose answer was lost, when the next call is refused: %d',
    async (status) => {
      const chat = openChat(sdk, transport, id);
      network.loseAnswer('POST', 5);
      await chat.sendMessage({ text: 'hi' });
      network.answer('POST', () => refusal(status));
      await chat.regenerate();
      expect(problemOf(chat.error)).toMatchObject({ status, mayHaveBeenApplied: false });
      // Another text, while nobody knows it even now: it waits until the service has answered for the first one.
      const messageId = chat.messages[0]?.id ?? '';
      network.answer('POST', () => refusal(status));
      await chat.sendMessage({ text: 'hello', messageId });
      expect(problemOf(chat.error)).toMatchObject({ status });
      await chat.regenerate();
      expect(chat.status).toBe('ready');
      expect(transport.placeOf(id, messageId)).toMatchObject({ siblings: [1, 3] });
      await expectAsStored(chat);
    },
  );
});

/** The service refuses a call before it looks for its key. */
function refusal(status: number): Response {
  const body = { type: '/problems/refused', title: 'No.', status, mayHaveBeenApplied: false };
  return Response.json(body, { status, headers: { 'Retry-After': '3600' } });
}

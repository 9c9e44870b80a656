import { problemOf, type Message } from '@conversation-store/client';
import { ConversationStoreTransport, toUIMessages } from '@conversation-store/client/ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/redis-server.js';
import { openChat, type SdkChat } from '../support/sdk-chat.js';
import { ENDLESS, SDKS, StoredChats, textOf } from '../support/stored-chats.js';
import { prompts } from '../support/tool-orchestrator.js';
import { script } from '../support/turns.js';

const COUNT = script(['count', { to: 40, everyMs: 5 }]);
const COUNTED = Array.from({ length: 40 }, (_, i) => `${i + 1} `).join('');

describe.each(SDKS)('a chat of %s on the transport', (_, sdk) => {
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

  it('sends, and shows what is stored', async () => {
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: COUNT, metadata: { from: 'a page' } });
    await chat.sendMessage({ text: 'and again' });
    expect(chat.errors).toEqual([]);
    expect(textOf(chat)).toContain('and again');
    await expectAsStored(chat);
    expect((await stored())[0]?.metadata).toEqual({ from: 'a page' });
    const keys = network.sent('POST').map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(keys).size).toBe(2);
  });

  it('goes on by itself when a tool of the client has its output, and comes to its end', async () => {
    const chat = openChat(sdk, transport, id, {
      sendAutomaticallyWhen: sdk.lastAssistantMessageIsCompleteWithToolCalls,
    });
    await chat.sendMessage({ text: 'locate' });
    const [call] = chat.lastMessage?.parts.filter(({ type }) => type === 'tool-locate') ?? [];
    expect(call).toMatchObject({ state: 'input-available' });
    const { toolCallId } = call as unknown as { toolCallId: string };
    await chat.addToolOutput({ tool: 'locate' as never, toolCallId, output: 'Zürich' });
    await until(() => chat.status === 'ready' && prompts.length === 2);
    expect(chat.errors).toEqual([]);
    expect(JSON.stringify(prompts[1])).toContain('Zürich');
    expect(chat.messages).toHaveLength(2);
    await expectAsStored(chat);
    // The turn, its reply, the reply with the output, and the whole one.
    expect(await stored('all')).toHaveLength(4);
  });

  it.each([true, false])('goes on by itself after an approval: %s', async (approved) => {
    const chat = openChat(sdk, transport, id, {
      sendAutomaticallyWhen: sdk.lastAssistantMessageIsCompleteWithApprovalResponses,
    });
    await chat.sendMessage({ text: 'pay' });
    const part = chat.lastMessage?.parts.find(({ type }) => type === 'tool-pay');
    expect(part).toMatchObject({ state: 'approval-requested' });
    const { approval } = part as unknown as { approval: { id: string } };
    await chat.addToolApprovalResponse({ id: approval.id, approved });
    await until(() => chat.status === 'ready' && prompts.length === 2);
    expect(chat.errors).toEqual([]);
    expect(chat.messages).toHaveLength(2);
    const after = chat.lastMessage?.parts.find(({ type }) => type === 'tool-pay');
    expect(after).toMatchObject(
      approved ? { state: 'output-available', output: { paid: true } } : { approval: { approved } },
    );
    await expectAsStored(chat);
  });

  it('answers again beside the former answer', async () => {
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: 'hi' });
    const first = chat.lastMessage?.id;
    await chat.regenerate();
    expect(chat.errors).toEqual([]);
    expect(prompts.map((prompt) => prompt.length)).toEqual([1, 1]);
    expect(chat.lastMessage?.metadata).toMatchObject({
      conversationStore: { seq: 3, parentSeq: 1, siblings: [2, 3] },
    });
    await expectAsStored(chat);
    await client.selectBranch(id, 2);
    expect((await transport.load(id)).messages.at(-1)?.id).toBe(first);
  });

  it('begins a branch with an edited message, and goes back to the other one', async () => {
    const chat = openChat(sdk, transport, id);
    for (const text of ['one', 'two', 'three']) await chat.sendMessage({ text });
    const [, , second] = chat.messages;
    await chat.sendMessage({ text: 'two, better', messageId: second?.id ?? '' });
    expect(chat.errors).toEqual([]);
    expect(chat.messages).toHaveLength(4);
    await expectAsStored(chat);
    expect(transport.placeOf(id, second?.id ?? '')).toMatchObject({ seq: 7, siblings: [3, 7] });
    await client.selectBranch(id, 3);
    const { messages, leafSeq } = await transport.load(id);
    expect([messages.length, leafSeq]).toEqual([6, 6]);
  });

  it.each(['with', 'without'])('edits a message that was loaded, %s its place', async (place) => {
    await client.startTurn(id, { message: 'one' });
    await client.startTurn(id, { message: 'two' });
    const { data } = await client.listMessages(id);
    const messages = toUIMessages(data).map((message) =>
      place === 'with' ? message : { ...message, metadata: {} },
    );
    const chat = openChat(sdk, transport, id, { messages: messages });
    const { id: messageId = '', metadata } = messages[0] ?? {};
    await chat.sendMessage({ text: 'one, better', messageId, metadata });
    expect(chat.errors).toEqual([]);
    const [first, reply] = await stored();
    expect(first?.metadata ?? {}).toEqual({});
    expect([first?.seq, first?.parentSeq, reply?.seq]).toEqual([5, 0, 6]);
    await chat.regenerate();
    expect((await stored()).map(({ seq }) => seq)).toEqual([5, 7]);
  });

  it('cancels the turn when it is stopped, and can send at once', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => textOf(chat) === 'So far');
    network.slowDown('/cancel', 50);
    await chat.stop();
    await sent;
    expect([chat.status, chat.error]).toEqual(['ready', undefined]);
    await chat.sendMessage({ text: 'hi' });
    expect(chat.errors).toEqual([]);
    expect((await stored())[1]).toMatchObject({
      parts: [{ type: 'text', text: 'So far' }],
      metadata: { cancelled: true },
    });
  });

  it('has the partial reply of a turn that was stopped when it loads', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => textOf(chat) === 'So far');
    const stopped = chat.stop();
    const { messages } = await transport.load(id);
    expect(messages.at(-1)?.metadata).toMatchObject({
      cancelled: true,
      conversationStore: { seq: 2 },
    });
    await Promise.all([stopped, sent]);
  });

  it('cancels a turn that it has come back to, before the first event', async () => {
    const { turnId } = await client.streamNewTurn(id, { message: ENDLESS });
    const chat = openChat(sdk, transport, id);
    const resumed = chat.resumeStream();
    await until(() => network.sent('GET', '/current/stream').length === 1);
    await chat.stop();
    await resumed;
    await transport.load(id);
    expect(network.sent('POST', `${turnId}/cancel`)).toHaveLength(1);
    expect(await client.streamCurrentTurn(id)).toBeUndefined();
  });

  it('cancels a turn that has not answered yet', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => network.sent('POST', '/turns').length === 1);
    await chat.stop();
    await sent;
    await transport.load(id);
    expect(await client.streamCurrentTurn(id)).toBeUndefined();
    expect(chat.errors).toEqual([]);
  });

  it('shows the rest of a turn that it cancels without a stop', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: ENDLESS });
    await until(() => textOf(chat) === 'So far');
    await transport.cancelTurn(id);
    await sent;
    expect(chat.errors).toEqual([]);
    expect(chat.lastMessage?.metadata).toMatchObject({ cancelled: true });
    await expectAsStored(chat);
  });

  it('leaves a turn, which runs on, and comes back to it', async () => {
    const chat = openChat(sdk, transport, id);
    const sent = chat.sendMessage({ text: COUNT });
    await until(() => textOf(chat).startsWith('1 2 '));
    transport.leave(id);
    await sent;
    expect([chat.status, chat.error]).toEqual(['ready', undefined]);
    // React calls its effects twice in development.
    await Promise.all([chat.resumeStream(), chat.resumeStream()]);
    expect(chat.errors).toEqual([]);
    expect(textOf(chat)).toBe(COUNTED);
    await expectAsStored(chat);
    await chat.resumeStream();
    expect([chat.status, chat.messages.length]).toEqual(['ready', 2]);
  });

  it('leaves a turn that has not begun yet: its message is sent all the same', async () => {
    const chat = openChat(sdk, transport, id);
    network.slowDown('/turns/stream', 50);
    const sent = chat.sendMessage({ text: COUNT });
    await until(() => network.sent('POST', '/turns').length === 1);
    transport.leave(id);
    await sent;
    expect([chat.status, chat.error]).toEqual(['ready', undefined]);
    // It has left the turn at its first event.
    expect(textOf(chat)).not.toContain('1 2 ');
    await chat.resumeStream();
    expect(textOf(chat)).toBe(COUNTED);
    await expectAsStored(chat);
  });

  it('follows a turn that it has left when it is back before the turn begins', async () => {
    const chat = openChat(sdk, transport, id);
    network.slowDown('/turns/stream', 50);
    const sent = chat.sendMessage({ text: 'hi' });
    await until(() => network.sent('POST', '/turns').length === 1);
    transport.leave(id);
    transport.stay(id);
    await sent;
    expect(chat.errors).toEqual([]);
    await expectAsStored(chat);
  });

  it('goes on where a broken connection has ended', async () => {
    network.breakAfter('POST', 900);
    network.breakAfter('GET', 300, 2);
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: COUNT });
    expect(chat.errors).toEqual([]);
    expect(textOf(chat)).toBe(COUNTED);
    expect(network.sent('GET', '/stream').length).toBeGreaterThan(1);
    await expectAsStored(chat);
  });

  it('repeats a request whose answer was lost, and the turn runs once', async () => {
    network.loseAnswer('POST');
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: 'hi' });
    expect(chat.errors).toEqual([]);
    expect(prompts).toHaveLength(1);
    await expectAsStored(chat);
  });

  it('edits again what was refused, in its place', async () => {
    const chat = openChat(sdk, transport, id);
    for (const text of ['one', 'two']) await chat.sendMessage({ text });
    const { turnId } = await client.streamNewTurn(id, { message: ENDLESS });
    const [, , second] = chat.messages;
    await chat.sendMessage({ text: 'two, better', messageId: second?.id ?? '' });
    expect(problemOf(chat.error)).toMatchObject({ slug: 'turn-conflict', status: 409 });
    await client.cancelTurn(id, turnId ?? '');
    await until(async () => (await client.streamCurrentTurn(id)) === undefined);
    await chat.regenerate();
    expect(chat.status).toBe('ready');
    expect(transport.placeOf(id, second?.id ?? '')).toMatchObject({ parentSeq: 2 });
    await expectAsStored(chat);
  });

  it('comes back after a reload to a message that goes on', async () => {
    const chat = openChat(sdk, transport, id);
    const call = {
      type: 'tool-locate',
      toolCallId: 'c',
      state: 'input-available',
      input: { near: 'me' },
    };
    await chat.sendMessage({ text: script(['say', 'Where?'], ['part', call]) });
    await chat.addToolOutput({ tool: 'locate' as never, toolCallId: 'c', output: 'wait' });
    const sent = chat.sendMessage();
    await until(() => textOf(chat) === 'Where?So far');
    const { messages } = await transport.load(id);
    const calls: string[] = [];
    const onToolCall = ({ toolCall }: { toolCall: { toolName: string } }): void =>
      void calls.push(toolCall.toolName);
    const reloaded = openChat(sdk, transport, id, { messages, onToolCall });
    // It breaks behind the parts that the message had, before the turn says more.
    network.breakBehind('GET', 'tool-output-available');
    const resumed = reloaded.resumeStream();
    await until(() => textOf(reloaded) === 'Where?So far');
    await transport.cancelTurn(id);
    await Promise.all([sent, resumed]);
    expect([...chat.errors, ...reloaded.errors]).toEqual([]);
    expect([reloaded.messages.length, calls]).toEqual([2, []]);
    await expectAsStored(chat);
    await expectAsStored(reloaded);
  });

  it('interrupts the turn of another tab when it is told to', async () => {
    await client.streamNewTurn(id, { message: ENDLESS });
    const interrupting = new ConversationStoreTransport({ client, onConflict: 'interrupt' });
    const chat = openChat(sdk, interrupting, id);
    await chat.sendMessage({ text: 'hi' });
    expect(chat.errors).toEqual([]);
  });

  it('shows what a turn said before it failed, and the problem; then it answers again', async () => {
    const chat = openChat(sdk, transport, id);
    await chat.sendMessage({ text: script(['say', 'So far'], ['throw', 'no']) });
    expect(problemOf(chat.error)).toMatchObject({ slug: 'turn-failed', status: 502 });
    expect(textOf(chat)).toBe('So far');
    await chat.regenerate();
    expect(await stored('all')).toHaveLength(1);
  });
});

import * as v6 from 'ai-v6';
import * as v7 from 'ai-v7';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type MessageBody } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { openChat, type Sdk, type SdkChat } from '../support/sdk-chat.js';
import { startService, type TestService } from '../support/service.js';
import { prompts, ToolOrchestrator } from '../support/tool-orchestrator.js';
import { aConversation } from '../support/turns.js';

const SDKS: readonly (readonly [string, Sdk])[] = [
  ['ai 6', v6],
  ['ai 7', v7 as unknown as Sdk],
];

describe.each(SDKS)('a chat of %s', (_, sdk) => {
  let service: TestService;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await startService({ orchestrator: ToolOrchestrator });
  });
  beforeEach(async () => {
    client = service.client();
    id = await aConversation(client);
    prompts.length = 0;
  });
  afterAll(() => service.close());

  async function stored(query = ''): Promise<readonly MessageBody[]> {
    return (await client.get(`${CONVERSATIONS}/${id}/messages?limit=200${query}`)).body.data;
  }

  /** What the page shows is what it would show after a reload. */
  async function expectAsStored(chat: SdkChat): Promise<void> {
    const [shown, messages] = [chat.messages, await stored()];
    expect(shown.map(({ role }) => role)).toEqual(messages.map(({ role }) => role));
    const last = JSON.parse(JSON.stringify(shown.at(-1))) as object;
    const { id: messageId, role, parts, metadata } = messages.at(-1) as MessageBody;
    expect(last).toEqual({ id: messageId, role, parts, metadata });
  }

  it('goes on by itself when a tool of the client has its output, and comes to its end', async () => {
    const chat = openChat(sdk, client, id, {
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
    expect(await stored('&leaf=all')).toHaveLength(4);
    expect(prompts).toHaveLength(2);
  });

  it.each([true, false])('goes on by itself after an approval: %s', async (approved) => {
    const chat = openChat(sdk, client, id, {
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

  it('answers again without the former answer', async () => {
    const chat = openChat(sdk, client, id);
    await chat.sendMessage({ text: 'hi' });
    await chat.regenerate();
    expect(chat.errors).toEqual([]);
    expect(prompts.map((prompt) => prompt.length)).toEqual([1, 1]);
    expect(await stored('&leaf=all')).toHaveLength(3);
    await expectAsStored(chat);
  });

  it('takes a whole message of the AI SDK, with its id', async () => {
    const chat = openChat(sdk, client, id);
    await chat.sendMessage({ text: 'hi' });
    await chat.sendMessage({ text: 'and again' });
    expect(chat.errors).toEqual([]);
    expect(prompts.map((prompt) => prompt.length)).toEqual([1, 3]);
    await expectAsStored(chat);
  });
});

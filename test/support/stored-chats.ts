import * as v6 from 'ai-v6';
import * as v7 from 'ai-v7';
import { ConversationClient, type Message } from '@conversation-store/client';
import { ConversationStoreTransport } from '@conversation-store/client/ai';
import { expect } from '@jest/globals';
import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import { FaultyFetch } from './faulty-fetch.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.mjs';
import type { Sdk, SdkChat } from './sdk-chat.js';
import { startService, type TestService } from './service.js';
import { prompts, ToolOrchestrator } from './tool-orchestrator.js';
import { script } from './turns.js';

export const SDKS: readonly (readonly [string, Sdk])[] = [
  ['ai 6', v6],
  ['ai 7', v7 as unknown as Sdk],
];

/** A script is followed; anything else is answered with tools. */
class ToolsOrScript implements Orchestrator {
  private readonly tools = new ToolOrchestrator();
  private readonly script = new ScriptedOrchestrator();

  answer(turn: TurnContext): AsyncIterable<TurnOutput> {
    const isScript = JSON.stringify(turn.userMessage.parts).includes('[[');
    return (isScript ? this.script : this.tools).answer(turn);
  }
}

/** Says something and goes on until it is stopped. */
export const ENDLESS = script(['say', 'So far'], ['untilAborted']);

/** A service, and for each test a conversation with a transport over a network that fails as the test says. */
export class StoredChats {
  network = new FaultyFetch();
  client: ConversationClient;
  transport: ConversationStoreTransport;
  id = '';

  private constructor(private readonly service: TestService) {
    this.client = this.newClient();
    this.transport = new ConversationStoreTransport({ client: this.client });
  }

  static async start(): Promise<StoredChats> {
    return new StoredChats(await startService({ orchestrator: ToolsOrScript }));
  }

  async reset(): Promise<void> {
    this.network = new FaultyFetch();
    this.client = this.newClient();
    this.transport = new ConversationStoreTransport({ client: this.client });
    this.id = (await this.client.createConversation()).id;
    this.network.requests.length = 0;
    prompts.length = 0;
  }

  async close(): Promise<void> {
    await this.service.close();
  }

  private newClient(): ConversationClient {
    const { url, token } = this.service.client();
    const { fetch } = this.network;
    return new ConversationClient({ baseUrl: url, token, fetch, retry: { baseDelayMs: 1 } });
  }

  async stored(leaf?: 'all'): Promise<readonly Message[]> {
    return (await this.client.listMessages(this.id, { limit: 200, leaf })).data;
  }

  /** What the page shows is what it would show after a reload, but for the ids of the messages that it has sent. */
  async expectAsStored(chat: SdkChat): Promise<void> {
    const { messages } = await this.transport.load(this.id);
    const isReply = ({ role }: { role: string }): boolean => role === 'assistant';
    expect(plain(chat.messages.filter(isReply))).toEqual(plain(messages.filter(isReply)));
    const said = ({ role, parts }: SdkChat['messages'][number]): object => ({ role, parts });
    expect(plain(chat.messages.map(said))).toEqual(plain(messages.map(said)));
    for (const [i, { metadata }] of messages.entries()) {
      expect(this.transport.placeOf(this.id, chat.messages[i]?.id ?? '')).toEqual(
        metadata?.conversationStore,
      );
    }
  }
}

export function textOf(chat: SdkChat): string {
  const parts = chat.lastMessage?.parts ?? [];
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function plain<Each>(messages: readonly Each[]): Each[] {
  return JSON.parse(JSON.stringify(messages)) as Each[];
}

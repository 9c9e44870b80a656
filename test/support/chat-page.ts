import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { until } from './redis-server.js';

/** A message as it is on the screen. */
export interface ShownMessage {
  readonly role: string | null;
  readonly text: string;
  readonly isStopped: boolean;
}

/** What is read of an element; the tests are compiled without the types of a page. */
interface PageElement {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

const SCREENSHOTS = join(tmpdir(), 'conversation-store-screenshots');
/** Milliseconds: the machine may have other things to do. */
const PATIENCE = 120_000;

/** examples/web-chat, as who uses it sees it. */
export class ChatPage {
  readonly messages: Locator;
  readonly conversations: Locator;
  readonly alert: Locator;

  constructor(readonly page: Page) {
    this.messages = page.getByRole('log').locator('[data-role]');
    this.conversations = page.getByRole('navigation').getByRole('listitem');
    this.alert = page.getByRole('alert');
  }

  static async open(context: BrowserContext, url: string): Promise<ChatPage> {
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    await page.goto(url);
    return new ChatPage(page);
  }

  /** The conversation that is open. */
  get conversationId(): string {
    return new URL(this.page.url()).searchParams.get('conversation') ?? '';
  }

  get field(): Locator {
    return this.page.getByLabel('Your message');
  }

  async send(text: string): Promise<void> {
    await this.field.fill(text);
    await this.press('Send');
  }

  /** Opens the list, where it is behind a button. */
  async showList(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Show the conversations' });
    if (await button.isVisible()) await button.click();
  }

  async choose(menu: string | RegExp, item: string): Promise<void> {
    await this.page.getByRole('button', { name: menu }).first().click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
  }

  /** Waits until the last message ends with this text. */
  async sees(text: string): Promise<void> {
    let last = '';
    const isThere = async (): Promise<boolean> => {
      last = (await this.shown()).at(-1)?.text.trim() ?? '';
      return last.endsWith(text);
    };
    await until(isThere, PATIENCE).catch(() => {
      throw new Error(`The last message ends "${last.slice(-100)}", and not with "${text}".`);
    });
  }

  /** Waits until no reply is on its way, and the page takes the next message. */
  async settles(): Promise<void> {
    await this.page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  }

  async shown(): Promise<ShownMessage[]> {
    // At one go, since the page may change in between.
    return this.messages.evaluateAll((items: readonly PageElement[]) =>
      items.map((item) => ({
        role: item.getAttribute('data-role'),
        text: (item.querySelector('.text')?.textContent ?? '').trim(),
        isStopped: item.querySelector('.mark') !== null,
      })),
    );
  }

  /** Into a folder of the system's for files that need not last. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    // As it is when nothing moves any more.
    await this.page.screenshot({
      path: join(SCREENSHOTS, `${name}.png`),
      animations: 'disabled',
    });
  }
}

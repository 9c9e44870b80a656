import { randomUUID } from 'node:crypto';
import type { Library, LibraryConversation } from './library.js';

/** Appends by so many clients at once, or first pages of a list. */
export type LibraryTask = { readonly clients: number } | 'list';

const SECONDS = 1;
const WARM_UP_SECONDS = 0.5;

const OTHERS = { users: 100, each: 20 } as const;
const PAGE = 20;
const MINE = 40;

/**
 * Every client appends to a conversation of its own.
 * @returns appends a second
 * @throws Error when not all that was appended is stored
 */
export async function measureAppends(library: Library, clients: number): Promise<number> {
  const conversations: LibraryConversation[] = [];
  for (let i = 0; i < clients; i++) conversations.push(await library.openConversation());
  const work = conversations.map((conversation) => () => conversation.append());
  const warmUp = await repeat(work, WARM_UP_SECONDS);
  const { rate, done } = await repeat(work, SECONDS);
  let stored = 0;
  for (const conversation of conversations) stored += await conversation.count();
  const appended = warmUp.done + done;
  if (stored !== appended) throw new Error(`${appended} were appended, ${stored} are stored.`);
  return rate;
}

/**
 * Reads a user's first page, in a store with conversations of other users.
 * @returns pages a second
 * @throws Error when a page is not full
 */
export async function measureList(library: Library): Promise<number> {
  for (let i = 0; i < OTHERS.users; i++) await library.openConversations(randomUUID(), OTHERS.each);
  const me = randomUUID();
  await library.openConversations(me, MINE);
  const list = async (): Promise<void> => {
    const listed = await library.list(me, PAGE);
    if (listed !== PAGE) throw new Error(`A page has ${listed} conversations, not ${PAGE}.`);
  };
  await repeat([list], WARM_UP_SECONDS);
  return (await repeat([list], SECONDS)).rate;
}

async function repeat(
  work: readonly (() => Promise<unknown>)[],
  seconds: number,
): Promise<{ done: number; rate: number }> {
  let done = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  await Promise.all(
    work.map(async (step) => {
      while (performance.now() < end) {
        await step();
        done++;
      }
    }),
  );
  return { done, rate: (done / (performance.now() - start)) * 1_000 };
}

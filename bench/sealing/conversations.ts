import { CONVERSATIONS, type ApiBody } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { concurrently } from '../load/filling.js';
import { answer, roundRobin, toBytes } from '../load/requests.js';
import { readLastBytes, type Stored } from '../load/stored.js';
import { someTexts } from './texts.js';

const USERS = 40;
const CONVERSATIONS_EACH = 5;
const MESSAGES_EACH = 50;

/** Messages that a service has after `prepareConversations`. */
export const MESSAGES = USERS * CONVERSATIONS_EACH * MESSAGES_EACH;

/** The next request of each kind. */
export interface Requests {
  readonly append: () => Buffer;
  readonly read: () => Buffer;
}

/** Stores conversations of 50 messages, with titles and metadata as an application may give them. */
export async function prepareConversations(
  service: ServiceProcess,
  textBytes: number,
): Promise<Requests> {
  const clients = Array.from({ length: USERS }, () => service.client());
  const owners = Array.from({ length: CONVERSATIONS_EACH }, () => clients).flat();
  const texts = someTexts(owners.length + MESSAGES_EACH, textBytes);
  const stored: Stored[] = [];
  await concurrently([...owners.entries()], async ([i, client]) => {
    const messages = texts.slice(i, i + MESSAGES_EACH).map((content) => ({ content }));
    const conversation = {
      title: texts[i]?.slice(0, 40),
      metadata: { channel: 'web', customer: `customer-${i}`, language: 'en' },
      messages,
    };
    const { id } = await answer<ApiBody>(client.post(CONVERSATIONS, conversation));
    stored.push({ client, path: `${CONVERSATIONS}/${id}` });
  });
  const appends = stored.map(({ client, path }, i) =>
    toBytes(client, 'POST', `${path}/messages`, { messages: [{ content: texts[i] }] }),
  );
  return {
    append: roundRobin(appends),
    read: roundRobin(stored.map(readLastBytes(MESSAGES_EACH))),
  };
}

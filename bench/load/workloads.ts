import { CONVERSATIONS } from '../../test/support/api-client.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { roundRobin, toBytes } from './requests.js';

const USERS = 50;

/** A message as a user may type it: 108 bytes. */
export const TEXT = 'A train to Rome on Friday, with a seat at the window? '.repeat(2);

/** Requests of one kind. */
export interface Workload {
  readonly name: string;
  /** The bytes of the next request. */
  readonly next: () => Buffer;
}

export interface Workloads {
  readonly reads: Workload;
  readonly appends: Workload;
  readonly both: Workload;
}

/** Reads and appends to conversations of 50 users, each with a conversation of 50 messages. */
export async function prepareWorkloads(service: ServiceProcess): Promise<Workloads> {
  const reads: Buffer[] = [];
  const appends: Buffer[] = [];
  for (let user = 0; user < USERS; user++) {
    const client = service.client();
    const messages = Array.from({ length: 50 }, () => ({ content: TEXT }));
    const { body } = await client.post(CONVERSATIONS, { messages });
    const path = `${CONVERSATIONS}/${body.id}`;
    reads.push(toBytes(client, 'GET', `${path}?messages=50`));
    appends.push(toBytes(client, 'POST', `${path}/messages`, { messages: [{ content: TEXT }] }));
  }
  const both = reads.flatMap((read, i) => [read, appends[i] as Buffer]);
  return {
    reads: { name: 'read 50 messages', next: roundRobin(reads) },
    appends: { name: 'append a message', next: roundRobin(appends) },
    both: { name: 'both, alternately', next: roundRobin(both) },
  };
}

import { amount } from '../command-line.js';
import { PinnedService } from '../load/pinned-service.js';
import { roundRobin, toBytes } from '../load/requests.js';
import { TEXT } from '../load/workloads.js';
import { compare, type Compared, type Contender } from '../load/contenders.js';
import { clientOf, fill, openStore, pathOf, someOwners, type Filled } from '../load/filling.js';

const LENGTHS = [10, 100, 1_000, 10_000];
const OWNERS = 20;

/** As many messages for each length, in many short conversations or a few long ones. */
const MESSAGES = 200_000;

/** All rounds together append less than a tenth of `MESSAGES`. */
const EFFORT = { rounds: amount({ usual: 15, quick: 4 }), single: 150, many: 500 };

export interface LengthsCompared {
  readonly appends: Compared[];
  /** Reads of the last 10, which every conversation has. */
  readonly shortReads: Compared[];
  /** Reads of the last 50, without the conversations of 10 messages. */
  readonly longReads: Compared[];
}

/** Appends to conversations of different lengths, and reads of their last messages. */
export async function compareConversationLengths(): Promise<LengthsCompared> {
  const service = await PinnedService.start();
  try {
    const store = await openStore(service.redis);
    const owners = someOwners(OWNERS);
    const filled: [length: number, conversations: Filled[]][] = [];
    for (const length of LENGTHS) {
      const count = MESSAGES / length;
      filled.push([length, await fill(store, owners, { count, messages: length })]);
    }
    await store.close();
    const contenders = (of: (conversation: Filled) => Buffer, most?: number): Contender[] =>
      filled.map(([length, conversations]) => ({
        name: [length.toLocaleString('en')],
        service,
        next: roundRobin(conversations.slice(0, most).map(of)),
      }));
    const append = (conversation: Filled): Buffer =>
      toBytes(
        clientOf(service.process, conversation.owner),
        'POST',
        `${pathOf(conversation)}/messages`,
        { messages: [{ content: TEXT }] },
      );
    // As many conversations of each length: the first read of a minute counts as access, and costs more.
    const readLast = (count: number) => (conversation: Filled) =>
      toBytes(
        clientOf(service.process, conversation.owner),
        'GET',
        `${pathOf(conversation)}?messages=${count}`,
      );
    return {
      appends: await compare(contenders(append), EFFORT),
      shortReads: await compare(contenders(readLast(10), OWNERS), EFFORT),
      longReads: await compare(contenders(readLast(50), OWNERS).slice(1), EFFORT),
    };
  } finally {
    await service.stop();
  }
}

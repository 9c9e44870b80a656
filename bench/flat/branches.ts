import type { ConversationStore } from '../../src/store/conversation-store.js';
import { amount } from '../command-line.js';
import { compare, type Compared, type Contender } from '../load/contenders.js';
import {
  clientOf,
  concurrently,
  fill,
  newMessages,
  openStore,
  pathOf,
  someOwners,
  type Filled,
} from '../load/filling.js';
import { PinnedService } from '../load/pinned-service.js';
import { roundRobin, toBytes } from '../load/requests.js';
import { TEXT } from '../load/workloads.js';

const OWNERS = 10;
const BRANCHES = 1_000;

/** All rounds together append less than a tenth of what is there. */
const EFFORT = { rounds: amount({ usual: 15, quick: 4 }), single: 100, many: 300 };

/** How many messages there are before the first branch begins. */
const TRUNK = 1_000;

/** What is compared with a conversation without branches, which is the first. */
const SHAPES: readonly (readonly [name: string, branch: Branching | undefined])[] = [
  ['none', undefined],
  ['1,000 answers to one message', async (write) => write(TRUNK - 25, 1)],
  [
    '1,000 messages, each answered twice',
    async (write) => {
      const first = await write(undefined, 2);
      await write(first, 1);
    },
  ],
];

/** Begins one branch. `write` appends so many messages behind a message or the leaf, and gives the seq of the first. */
type Branching = (
  write: (parentSeq: number | undefined, count: number) => Promise<number>,
) => Promise<unknown>;

export interface BranchesCompared {
  readonly appends: Compared[];
  /** Reads of the last 50 of the active branch. */
  readonly reads: Compared[];
}

/** Appends to conversations with branches, and reads of the last messages of the active one. */
export async function compareBranches(): Promise<BranchesCompared> {
  const service = await PinnedService.start();
  try {
    const store = await openStore(service.redis);
    const filled: [name: string, conversations: Filled[]][] = [];
    for (const [name, branching] of SHAPES) {
      const owners = someOwners(OWNERS);
      const conversations = await fill(store, owners, { count: OWNERS, messages: TRUNK });
      if (branching) await concurrently(conversations, (one) => branch(store, one, branching));
      filled.push([name, conversations]);
    }
    await store.close();
    const contenders = (of: (conversation: Filled) => Buffer): Contender[] =>
      filled.map(([name, conversations]) => ({
        name: [name],
        service,
        next: roundRobin(conversations.map(of)),
      }));
    const append = (conversation: Filled): Buffer =>
      toBytes(
        clientOf(service.process, conversation.owner),
        'POST',
        `${pathOf(conversation)}/messages`,
        { messages: [{ content: TEXT }] },
      );
    const read = (conversation: Filled): Buffer =>
      toBytes(
        clientOf(service.process, conversation.owner),
        'GET',
        `${pathOf(conversation)}?messages=50`,
      );
    return {
      reads: await compare(contenders(read), EFFORT),
      appends: await compare(contenders(append), EFFORT),
    };
  } finally {
    await service.stop();
  }
}

async function branch(
  store: ConversationStore,
  { owner, id }: Filled,
  branching: Branching,
): Promise<void> {
  const write = async (parentSeq: number | undefined, count: number): Promise<number> => {
    const { messages } = await store.append(owner, id, newMessages(count), { parentSeq });
    return messages[0]?.seq ?? NaN;
  };
  for (let i = 0; i < BRANCHES; i++) await branching(write);
}

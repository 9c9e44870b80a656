import { amount, isQuick } from '../command-line.js';
import type { Owner } from '../../src/domain/owner.js';
import { CONVERSATIONS, type ApiClient } from '../../test/support/api-client.js';
import { PinnedService } from '../load/pinned-service.js';
import { toBytes } from '../load/requests.js';
import { compare, type Compared, type Contender } from '../load/contenders.js';
import { clientOf, fill, openStore, someOwners } from '../load/filling.js';

const OWN = [20, 1_000, 10_000];
const OTHERS = isQuick ? 20_000 : 100_000;
const OTHER_OWNERS = 1_000;
const PAGE = 20;
const FAR_PAGE = 50;

const EFFORT = { rounds: amount({ usual: 15, quick: 3 }), single: 100, many: 200 };

/** Pages of an owner's list, by the number of conversations of the owner and of other owners. */
export async function compareListLengths(): Promise<Compared[]> {
  const services: PinnedService[] = [];
  try {
    const contenders: Contender[] = [];
    // Both amounts have a service and a Redis of their own, so that every round measures both.
    for (const others of [0, OTHERS]) {
      const service = await PinnedService.start();
      services.push(service);
      contenders.push(...(await prepare(service, others)));
    }
    return await compare(contenders, EFFORT);
  } finally {
    for (const service of services) await service.stop();
  }
}

async function prepare(service: PinnedService, others: number): Promise<Contender[]> {
  const store = await openStore(service.redis);
  const contenders: Contender[] = [];
  const add = (client: ApiClient, path: string, own: number, page: number): void => {
    const request = toBytes(client, 'GET', path);
    const name = [own, others, page].map((number) => number.toLocaleString('en'));
    contenders.push({ name, service, next: () => request });
  };
  for (const own of OWN) {
    const [owner] = someOwners(1) as [Owner];
    await fill(store, [owner], { count: own, messages: 1 });
    const client = clientOf(service.process, owner);
    add(client, firstPage(), own, 1);
    if (own >= PAGE * FAR_PAGE) add(client, await farPage(client), own, FAR_PAGE);
  }
  await fill(store, someOwners(OTHER_OWNERS), { count: others, messages: 1 });
  await store.close();
  return contenders;
}

function firstPage(): string {
  return `${CONVERSATIONS}?limit=${PAGE}`;
}

async function farPage(client: ApiClient): Promise<string> {
  let path = firstPage();
  for (let page = 1; page < FAR_PAGE; page++) {
    const { body } = await client.get(path);
    path = `${firstPage()}&cursor=${body.nextCursor}`;
  }
  return path;
}

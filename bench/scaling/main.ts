import { randomUUID } from 'node:crypto';
import slotOf from 'cluster-key-slot';
import { amount } from '../command-line.js';
import { saveReport } from '../report/report.js';
import { PARTITIONS, PARTITION_TAGS, partitionOf } from '../../src/store/redis/partitions.js';

const OWNERS = amount({ usual: 1_000_000, quick: 100_000 });
const TENANTS = 200;
const SHARDS = [3, 16, 64];
const SLOTS = 16_384;
/** The inverse exponent of a Pareto distribution: a few owners have very many conversations. */
const SKEW = 0.5;

/** The load of the busiest and of the idlest shard, as a multiple of an equal share. */
interface Spread {
  readonly most: number;
  readonly least: number;
}

const equal = new Float64Array(PARTITIONS);
const skewed = new Float64Array(PARTITIONS);
const tenants = Array.from({ length: TENANTS }, () => randomUUID());
for (let i = 0; i < OWNERS; i++) {
  // Ids as an identity provider creates them. Few users have many conversations, and many have few.
  const partition = partitionOf(`${tenants[i % TENANTS]}:${randomUUID()}`);
  equal[partition] = (equal[partition] ?? 0) + 1;
  skewed[partition] = (skewed[partition] ?? 0) + Math.pow(1 - Math.random(), -SKEW);
}

saveReport('scaling', {
  title: 'How evenly owners spread over the shards of a cluster',
  command: 'npm run bench:scaling',
  text: [
    `${OWNERS.toLocaleString('en')} owners in ${TENANTS} tenants have UUIDs, as identity providers create them. The calculation puts them into partitions as the service does, and the partitions onto shards with equal ranges of slots. A load of 1.00 is an equal share of all shards. In one column all owners have as many conversations; in the other one a few owners have very many (a Pareto distribution with the exponent ${1 / SKEW}).`,
    'Each partition is in one slot, so one shard has all of it. A cluster can grow to 1,024 shards; each shard then has one partition.',
  ],
  tables: [
    {
      columns: [
        'shards',
        'partitions on a shard',
        'equal owners: least, most',
        'few busy owners: least, most',
      ],
      rows: SHARDS.map((shards) => {
        const counts = partitionsOf(shards);
        return [
          String(shards),
          `${Math.min(...counts)} to ${Math.max(...counts)}`,
          toText(spread(equal, shards)),
          toText(spread(skewed, shards)),
        ];
      }),
    },
  ],
});

function shardOf(partition: number, shards: number): number {
  return Math.floor((slotOf(PARTITION_TAGS[partition] as string) * shards) / SLOTS);
}

function partitionsOf(shards: number): number[] {
  return sums(new Float64Array(PARTITIONS).fill(1), shards);
}

function spread(load: Float64Array, shards: number): Spread {
  const loads = sums(load, shards);
  const share = loads.reduce((sum, one) => sum + one, 0) / shards;
  return { most: Math.max(...loads) / share, least: Math.min(...loads) / share };
}

function sums(load: Float64Array, shards: number): number[] {
  const loads = Array<number>(shards).fill(0);
  load.forEach((one, partition) => {
    const shard = shardOf(partition, shards);
    loads[shard] = (loads[shard] ?? 0) + one;
  });
  return loads;
}

function toText({ least, most }: Spread): string {
  return `${least.toFixed(3)}, ${most.toFixed(3)}`;
}

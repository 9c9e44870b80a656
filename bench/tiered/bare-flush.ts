import pg from 'pg';
import type { Redis } from 'ioredis';
import type { Filled } from '../load/filling.js';
import type { OwnTiers } from './own-tiers.js';

const INSERT = {
  name: 'bare-insert',
  text: `INSERT INTO messages (owner, conversation_id, seq, body)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[])`,
};

/** The least that a flush can be: it reads lists, and inserts them, a batch in a statement. It checks nothing. */
export class BareFlush {
  private constructor(
    private readonly redis: Redis,
    private readonly postgres: pg.Client,
    private readonly tiers: OwnTiers['tiers'],
  ) {}

  static async open({ redis, tiers }: OwnTiers, url: string): Promise<BareFlush> {
    const postgres = new pg.Client(url);
    await postgres.connect();
    return new BareFlush(redis, postgres, tiers);
  }

  /** @param saved messages that PostgreSQL has of each */
  async run(conversations: readonly Filled[], saved: number, batch: number): Promise<void> {
    for (let start = 0; start < conversations.length; start += batch) {
      await this.insert(conversations.slice(start, start + batch), saved);
    }
  }

  async close(): Promise<void> {
    await this.postgres.end();
  }

  private async insert(batch: readonly Filled[], saved: number): Promise<void> {
    const lists = await Promise.all(
      batch.map(({ owner, id }) =>
        this.redis.lrange(this.tiers.keys.of(owner).conversation(id).messagesKey, saved, -1),
      ),
    );
    const owners: string[] = [];
    const ids: string[] = [];
    const seqs: number[] = [];
    lists.forEach((list, i) => {
      const { owner, id } = batch[i] as Filled;
      const key = JSON.stringify([owner.tenantId, owner.userId]);
      list.forEach((_, at) => {
        owners.push(key);
        ids.push(id);
        seqs.push(saved + at + 1);
      });
    });
    await this.postgres.query({ ...INSERT, values: [owners, ids, seqs, lists.flat()] });
  }
}

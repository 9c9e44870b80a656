import { sql, type Kysely, type RawBuilder } from 'kysely';

/** Whether tables are divided into partitions by a hash of the owner. It is chosen when they are created. */
export class TableLayout {
  /** @param partitions 0: tables without partitions */
  constructor(readonly partitions: number) {}

  async createPartitions(db: Kysely<unknown>, table: string): Promise<void> {
    for (let i = 0; i < this.partitions; i++) {
      await sql`
        CREATE TABLE ${sql.id(`${table}_${i}`)} PARTITION OF ${sql.id(table)}
          FOR VALUES WITH (MODULUS ${sql.lit(this.partitions)}, REMAINDER ${sql.lit(i)})`.execute(
        db,
      );
    }
  }
}

/** The end of a `CREATE TABLE`. */
export function partitioned({ partitions }: TableLayout): RawBuilder<unknown> {
  return partitions > 0 ? sql`PARTITION BY HASH (owner)` : sql``;
}

import { SqlStatement } from '../../statements/statement.js';

/**
 * Raises the numbers of a flush, and holds their rows until the end of its transaction: the flushes of a
 * partition happen one after the other. Returns the partitions whose number was lower, and not lower than
 * the committed one: that would be a database that has gone back.
 */
export const RAISE_NUMBERS = new SqlStatement(
  'record-raise-numbers',
  ['partitions', 'numbers', 'committed'],
  `WITH raised AS (
    SELECT * FROM unnest(:partitions::int[], :numbers::bigint[], :committed::bigint[])
      AS r (partition, number, committed)
   )
   INSERT INTO flush_numbers (partition, number)
   SELECT r.partition, r.number FROM raised r
   WHERE r.committed = 0 OR EXISTS (SELECT FROM flush_numbers f WHERE f.partition = r.partition)
   ORDER BY r.partition
   ON CONFLICT (partition) DO UPDATE SET number = excluded.number
     WHERE flush_numbers.number < excluded.number
       AND flush_numbers.number >= (SELECT committed FROM raised r WHERE r.partition = excluded.partition)
   RETURNING partition`,
);

export const READ_NUMBERS = new SqlStatement(
  'record-read-numbers',
  [],
  'SELECT partition, number::float8 AS number FROM flush_numbers',
);

/** Returns the new number, or no row when the number is not `seen`. */
export const FENCE = new SqlStatement(
  'record-fence',
  ['partition', 'seen', 'step'],
  `INSERT INTO flush_numbers (partition, number)
   SELECT :partition::int, :seen::bigint + :step::bigint
   WHERE :seen::bigint = 0 OR EXISTS (SELECT FROM flush_numbers f WHERE f.partition = :partition::int)
   ON CONFLICT (partition) DO UPDATE SET number = flush_numbers.number + :step::bigint
     WHERE flush_numbers.number = :seen::bigint
   RETURNING number::float8 AS number`,
);

/** Raises the number of the deletes of a partition, unless that one is lower than what was stored: it then stays. */
export const RAISE_DELETES = new SqlStatement(
  'record-raise-deletes',
  ['partition', 'number', 'buried'],
  `INSERT INTO delete_numbers AS d (partition, number)
   SELECT :partition::int, :number::bigint
   WHERE :buried::bigint = 0 OR EXISTS (SELECT FROM delete_numbers WHERE partition = :partition::int)
   ON CONFLICT (partition) DO UPDATE SET number = excluded.number
     WHERE d.number < excluded.number AND d.number >= :buried::bigint`,
);

export const READ_DELETES = new SqlStatement(
  'record-read-deletes',
  [],
  'SELECT partition, number::float8 AS number FROM delete_numbers',
);

import type { PostgresConnection } from '../connection/postgres-connection.js';
import type { PostgresTransaction } from '../connection/transaction.js';
import {
  FENCE,
  RAISE_DELETES,
  RAISE_NUMBERS,
  READ_DELETES,
  READ_NUMBERS,
} from './statements/numbers.js';

/** So far apart that no flush that has begun has a higher number. */
const FENCE_STEP = 1_000_000;

interface NumberRow {
  readonly partition: number;
  readonly number: number;
}

/** The number of the last flush of each partition: a flush whose number is not higher comes too late. */
export class FlushNumbers {
  constructor(private readonly connection: PostgresConnection) {}

  async read(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.connection.read<NumberRow>(READ_NUMBERS, []);
    return new Map(rows.map(({ partition, number }) => [partition, number]));
  }

  /** Of the last delete of each partition. */
  async readDeletes(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.connection.read<NumberRow>(READ_DELETES, []);
    return new Map(rows.map(({ partition, number }) => [partition, number]));
  }

  async raiseDeletes(deletes: NumberedDelete): Promise<void> {
    await this.connection.write(RAISE_DELETES, RAISE_DELETES.values({ ...deletes }));
  }

  async fence(partition: number, seen: number): Promise<number | undefined> {
    const values = FENCE.values({ partition, seen, step: FENCE_STEP });
    const [row] = await this.connection.write<Pick<NumberRow, 'number'>>(FENCE, values);
    return row?.number;
  }
}

/** The number of a flush of one partition. */
export interface FlushNumber {
  readonly number: number;
  /** The last number that is known to be stored; 0 when none is. */
  readonly committed: number;
}

/** A delete, as Redis has numbered it in its partition. */
export interface NumberedDelete {
  readonly partition: number;
  readonly number: number;
  /** The last number that is known to be stored; 0 when none is. A lower one that is stored is left as it is. */
  readonly buried: number;
}

/** Raises the numbers of a flush. @returns the partitions whose number was lower, but not below the committed one */
export async function raiseNumbers(
  transaction: PostgresTransaction,
  numbers: ReadonlyMap<number, FlushNumber>,
): Promise<ReadonlySet<number>> {
  const raised = [...numbers.values()];
  const values = RAISE_NUMBERS.values({
    partitions: [...numbers.keys()],
    numbers: raised.map(({ number }) => number),
    committed: raised.map(({ committed }) => committed),
  });
  const rows = await transaction.run<Pick<NumberRow, 'partition'>>(RAISE_NUMBERS, values);
  return new Set(rows.map(({ partition }) => partition));
}

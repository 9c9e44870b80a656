import type { StoreLimits } from '../../domain/store-limits.js';
import type { Sealing } from '../sealing/sealing.js';
import type { PostgresConnectionOptions } from './connection/options.js';

/** The options of the store in PostgreSQL. */
export interface PostgresStoreOptions extends StoreLimits, PostgresConnectionOptions {
  /** Whether the store brings its tables up to date when it opens. */
  readonly migrate: boolean;
  /** How texts are sealed. Absent: they are stored as they are. */
  readonly sealing?: Sealing;
}

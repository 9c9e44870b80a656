import { IsIn } from 'class-validator';
import { TIERED_STORE_DEFAULTS } from '../store/store.defaults.js';
import { WholeNumber } from './variable-rules.js';

/** What Redis in front of PostgreSQL needs beside the addresses of both. */
export class TieredEnvironment {
  /** Seconds: a second to 30 days. */
  @WholeNumber(1, 2_592_000)
  REDIS_RESIDENCY: number = TIERED_STORE_DEFAULTS.residencyMs / 1000;

  @IsIn(['back', 'through'])
  WRITE_MODE: 'back' | 'through' = TIERED_STORE_DEFAULTS.writeMode;

  @WholeNumber(1_000, 100_000_000)
  MAX_DIRTY_CONVERSATIONS: number = TIERED_STORE_DEFAULTS.maxDirtyConversations;
}

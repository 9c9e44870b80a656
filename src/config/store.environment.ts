import { IsIn } from 'class-validator';
import { Optional } from '../validation/rules.js';
import { WholeNumber } from './variable-rules.js';

/** What holds for every driver, and what the memory driver needs. */
export class StoreEnvironment {
  @Optional()
  @IsIn(['memory', 'redis', 'custom'])
  STORE_DRIVER?: 'memory' | 'redis' | 'custom';

  @WholeNumber(1, 1_000_000)
  MAX_MESSAGES_PER_CONVERSATION = 10_000;

  @WholeNumber(1, 1_000_000)
  MAX_CONVERSATIONS_PER_USER = 10_000;

  /** Bytes: 1 MiB to 512 TiB. */
  @WholeNumber(1024 ** 2, 512 * 1024 ** 4)
  MEMORY_LIMIT = 256 * 1024 * 1024;
}

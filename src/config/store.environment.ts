import { IsIn } from 'class-validator';
import { MEMORY_STORE_DEFAULTS } from '../store/store.defaults.js';
import { Optional } from '../validation/rules.js';
import { WholeNumber } from './variable-rules.js';

/** What holds for every driver, and what the memory driver needs. */
export class StoreEnvironment {
  @Optional()
  @IsIn(['memory', 'redis', 'postgres', 'tiered', 'custom'])
  STORE_DRIVER?: 'memory' | 'redis' | 'postgres' | 'tiered' | 'custom';

  @WholeNumber(1, 1_000_000)
  MAX_MESSAGES_PER_CONVERSATION: number = MEMORY_STORE_DEFAULTS.maxMessagesPerConversation;

  @WholeNumber(1, 1_000_000)
  MAX_CONVERSATIONS_PER_USER: number = MEMORY_STORE_DEFAULTS.maxConversationsPerUser;

  /** Bytes; 0 for no quota. */
  @WholeNumber(0, 512 * 1024 ** 4)
  OWNER_QUOTA_BYTES: number = MEMORY_STORE_DEFAULTS.ownerQuotaBytes;

  /** Bytes: 64 KiB to 64 MiB. */
  @WholeNumber(64 * 1024, 64 * 1024 ** 2)
  PAGE_BYTES: number = MEMORY_STORE_DEFAULTS.pageBytes;

  /** Bytes: 1 MiB to 512 TiB. */
  @WholeNumber(1024 ** 2, 512 * 1024 ** 4)
  MEMORY_LIMIT: number = MEMORY_STORE_DEFAULTS.maxBytes;
}

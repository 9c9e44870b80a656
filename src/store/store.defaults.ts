/**
 * What a store uses when nothing else is said, neither in code nor in the environment. These are the
 * only definitions: the environment variables take their defaults from here.
 */
export const STORE_DEFAULTS = {
  /** 30 days. */
  ttlMs: 30 * 24 * 60 * 60 * 1_000,
  maxMessagesPerConversation: 10_000,
  maxConversationsPerUser: 10_000,
  /** No quota. */
  ownerQuotaBytes: 0,
  pageBytes: 1024 * 1024,
} as const;

export const MEMORY_STORE_DEFAULTS = { ...STORE_DEFAULTS, maxBytes: 256 * 1024 * 1024 } as const;

export const POSTGRES_STORE_DEFAULTS = {
  ...STORE_DEFAULTS,
  /** Conversations exist until they are deleted. */
  ttlMs: null,
  port: 5432,
  poolSize: 10,
  timeoutMs: 5_000,
  migrate: true,
} as const;

export const REDIS_STORE_DEFAULTS = {
  ...STORE_DEFAULTS,
  keyPrefix: 'cs:',
  timeoutMs: 5_000,
  waitReplicas: 0,
  marks: false,
} as const;

export const TIERED_STORE_DEFAULTS = {
  ...STORE_DEFAULTS,
  /** Conversations exist until they are deleted. */
  ttlMs: null,
  /** 30 minutes. */
  residencyMs: 30 * 60 * 1_000,
  writeMode: 'back',
  maxDirtyConversations: 1_000_000,
} as const;

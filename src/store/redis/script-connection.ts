/** A Lua script with the digest under which Redis caches it. */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
  readonly sha1: string;
}

export type ScriptArgument = string | number;

/** What a connection needs to run a script. */
export type ScriptCall = readonly [
  script: RedisScript,
  keys: readonly string[],
  args: readonly ScriptArgument[],
];

/** What the store needs of a connection to Redis: it runs declared scripts. */
export interface ScriptConnection {
  /** @throws StoreUnavailableError, StoreFaultError */
  read(...call: ScriptCall): Promise<unknown>;

  /** @throws StoreUnavailableError, StoreFaultError */
  write(...call: ScriptCall): Promise<unknown>;

  /** A write that a promotion may lose without harm. */
  writeUnreplicated(...call: ScriptCall): Promise<unknown>;

  /** Resolves when Redis answers. */
  ping(): Promise<void>;

  close(): void;
}

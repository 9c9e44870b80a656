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

/** What the store needs of a connection to Redis: it runs declared scripts, and reads what is large without one. */
export interface ScriptConnection {
  /** @throws StoreUnavailableError, StoreFaultError */
  read(...call: ScriptCall): Promise<unknown>;

  /**
   * Reads elements of a list, from index to index.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readList(key: string, start: number, stop: number): Promise<string[]>;

  /**
   * Reads fields of a hash, null where absent.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readHash(key: string, fields: readonly string[]): Promise<(string | null)[]>;

  /** @throws StoreUnavailableError, StoreFaultError */
  write(...call: ScriptCall): Promise<unknown>;

  /** A write that a promotion may lose without harm. */
  writeUnreplicated(...call: ScriptCall): Promise<unknown>;

  /** Resolves when Redis answers. */
  ping(): Promise<void>;

  close(): void;
}

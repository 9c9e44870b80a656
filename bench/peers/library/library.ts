/** A library that stores conversations in Redis, connected, in a process of its own. */
export interface Library {
  /** Creates an empty conversation. */
  openConversation(): Promise<LibraryConversation>;
  /** Gives a user so many empty conversations. */
  openConversations(user: string, count: number): Promise<void>;
  /** Reads the first page of the user's conversations. Returns how many it has. */
  list(user: string, limit: number): Promise<number>;
  close(): Promise<void>;
}

export interface LibraryConversation {
  append(): Promise<unknown>;
  /** How many messages a read of the conversation returns. */
  count(): Promise<number>;
}

/** The exports of a contestant's module. Some contestants have no list. */
export interface LibraryModule {
  open(redisUrl: string, text: string): Promise<Library>;
}

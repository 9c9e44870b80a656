/** A library that keeps conversations in Redis, connected, in a process of its own. */
export interface Library {
  /** A conversation with nothing in it. */
  openConversation(): Promise<LibraryConversation>;
  /** Gives a user so many conversations with nothing in them. */
  openConversations(user: string, count: number): Promise<void>;
  /** The first page of the user's conversations: how many are on it. */
  list(user: string, limit: number): Promise<number>;
  close(): Promise<void>;
}

export interface LibraryConversation {
  append(): Promise<unknown>;
  /** How many messages are in it, as they are read. */
  count(): Promise<number>;
}

/** What a module of a contestant exports. Some have no list. */
export interface LibraryModule {
  open(redisUrl: string, text: string): Promise<Library>;
}

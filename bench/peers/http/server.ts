/** A server that keeps conversations, started with nothing in it. */
export interface ConversationServer {
  readonly port: number;
  readonly pid: number;
  /** A conversation of its own user with so many messages in it. */
  openThread(messages: number): Promise<Thread>;
  stop(): Promise<void>;
}

export interface Thread {
  /** The bytes of a request that appends a message to it. */
  readonly append: Buffer;
  /** How many messages are in it, as the server tells when they are read. */
  count(): Promise<number>;
}

export interface Contestant {
  readonly name: string;
  start(): Promise<ConversationServer>;
}

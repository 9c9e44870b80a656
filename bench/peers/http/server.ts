/** A server that stores conversations. It starts empty. */
export interface ConversationServer {
  readonly port: number;
  readonly pid: number;
  /** Creates a conversation of a new user with so many messages. */
  openThread(messages: number): Promise<Thread>;
  stop(): Promise<void>;
}

export interface Thread {
  /** The bytes of a request that appends a message to it. */
  readonly append: Buffer;
  /** How many messages the server has, by a read of them. */
  count(): Promise<number>;
}

export interface Contestant {
  readonly name: string;
  start(): Promise<ConversationServer>;
}

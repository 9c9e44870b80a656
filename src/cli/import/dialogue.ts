export type JsonObject = Readonly<Record<string, unknown>>;

/** A line of the file that can be sent. The service decides whether it is valid. */
export interface Dialogue {
  readonly externalId?: string;
  /** The hash of the text of the line. */
  readonly hash: string;
  /** The body of the request without the messages. */
  readonly head: JsonObject;
  readonly messages: readonly unknown[];
  /** Of the messages that begin a branch, by their index: where they go. */
  readonly places: ReadonlyMap<number, MessagePlace>;
  /** What the conversation is to become when it has all messages; absent when it is to stay as it is. */
  readonly ending?: JsonObject;
}

/** Where messages are appended, as the API takes it. */
export type MessagePlace = { readonly parentSeq: number } | { readonly supersedes: number };

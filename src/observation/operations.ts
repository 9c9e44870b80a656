import { ObservedOperations } from './observed-operations.js';

/** A call of the store port. */
export interface StoreOperation {
  /** As `ConversationStore.driver`. */
  readonly driver: string;
  /** The method of the port. */
  readonly method: string;
}

export const storeOperations = new ObservedOperations<StoreOperation>(
  'conversation-store:store-operation',
);

/** A command to a server behind a store. */
export interface ServerCommand {
  /** As OpenTelemetry names the system. */
  readonly system: 'redis' | 'postgresql';
  /** The name of the script, of the prepared statement, or of the command. */
  readonly name: string;
  /** Whether the name is that of a script. */
  readonly isScript?: boolean;
  /** Absent where one connection leads to several servers. */
  readonly server?: ServerAddress | undefined;
}

/** Where a server is, as it was configured, without credentials. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export const serverCommands = new ObservedOperations<ServerCommand>(
  'conversation-store:server-command',
);

/** A turn, from when it has begun to its end. Its result is its {@link TurnEnd}, or undefined when the turn was lost. */
export interface TurnOperation {
  readonly conversationId: string;
  readonly turnId: string;
  /** Whether the turn goes on with a message of the assistant. */
  readonly isContinuation: boolean;
  /** What the turn answers. Only a trace may carry it, and only when the operator asks for that. */
  readonly message: TurnContent;
}

export interface TurnContent {
  readonly role: string;
  readonly parts: readonly { readonly type: string }[];
}

export interface TurnEnd {
  readonly turn: { readonly status: string };
  /** The reply: of each message the same holds as of {@link TurnOperation.message}. */
  readonly messages: readonly TurnContent[];
}

export const turnOperations = new ObservedOperations<TurnOperation>('conversation-store:turn');

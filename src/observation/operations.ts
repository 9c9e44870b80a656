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
}

export const serverCommands = new ObservedOperations<ServerCommand>(
  'conversation-store:server-command',
);

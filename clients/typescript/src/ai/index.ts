export {
  ConversationStoreTransport,
  type LoadedMessages,
  type LoadQuery,
  type TransportOptions,
} from './conversation-store-transport.js';
export {
  toUIMessages,
  type StoredMetadata,
  type StoredPlace,
  type StoredUIMessage,
} from './stored-message.js';

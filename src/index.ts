/** What an application may import, and nothing else. `docs/embedding.md` lists it by topic. */
export { AppModule, type AppModuleOptions } from './app.module.js';
export { configureApp } from './app.setup.js';
export { ApplicationSetupError } from './http/application-setup.error.js';
export { RoleRequiredError } from './auth/auth.errors.js';
export { AuthModule } from './auth/auth.module.js';
export type { AuthOptions, CallerStrategy, JwtOptions, TokenKeys } from './auth/auth.options.js';
export { SERVICE_ROLE, type Caller } from './auth/caller.js';
export { CurrentCaller } from './auth/current-caller.decorator.js';
export { Public } from './auth/public.decorator.js';
export { ConfigurationError, type ConfigurationMistake } from './config/configuration.error.js';
export { ConversationsModule } from './conversations/conversations.module.js';
export {
  ConversationsService,
  type ConversationDraft,
  type ConversationList,
  type ListRequest,
} from './conversations/conversations.service.js';
export type { MessageDraft } from './messages/message-draft.js';
export {
  BranchesFullError,
  MessageNotFoundError,
  MessageSupersededError,
} from './domain/branch.errors.js';
export { CodedError } from './domain/coded-error.js';
export {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  IdempotencyMismatchError,
  MetadataFullError,
  QuotaExceededError,
  StateTooLargeError,
  TooManyConversationsError,
  VersionConflictError,
} from './domain/conversation.errors.js';
export type { ConversationPage, ListPosition, ListQuery } from './domain/conversation-list.js';
export {
  CONVERSATION_STATUSES,
  MAX_EXTERNAL_ID_LENGTH,
  MAX_TITLE_LENGTH,
  METADATA_LIMITS,
  type Conversation,
  type ConversationMetadata,
  type ConversationPatch,
  type ConversationStatus,
  type ConversationWithMessages,
  type ForkOrigin,
  type NewConversation,
  type NewFork,
} from './domain/conversation.js';
export { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from './domain/idempotency.js';
export type { IdempotencyRecord } from './domain/idempotency-record.js';
export type { MessageRange } from './domain/message-range.js';
export {
  DEFAULT_MAX_MESSAGE_BYTES,
  MAX_MESSAGES_PER_WRITE,
  ROLES,
  type Message,
  type MessageMetadata,
  type NewMessage,
  type Part,
  type Role,
} from './domain/message.js';
export type { Owner } from './domain/owner.js';
export {
  TurnConflictError,
  TurnFailedError,
  TurnLostError,
  TurnNotFoundError,
  TurnsStoppedError,
} from './domain/turn.errors.js';
export {
  MAX_QUEUED_TURNS,
  MAX_TURN_BYTES,
  TURN_POLICIES,
  TURN_RETENTION_MS,
  type NewTurn,
  type TurnInput,
  type Turn,
  type TurnBeginning,
  type TurnEndStatus,
  type TurnEnding,
  type TurnEvent,
  type TurnPage,
  type TurnPolicy,
  type TurnRef,
  type TurnStatus,
} from './domain/turn.js';
export { MAX_STATE_BYTES, type JsonValue, type WorkingState } from './domain/working-state.js';
export { InvalidRequestError } from './http/request.errors.js';
export type { FieldError } from './validation/field-errors.js';
export { ProblemsModule } from './problems/problems.module.js';
export { RefusalCounts } from './problems/refusal-counts.js';
export { ServiceAdapter } from './service-adapter.js';
export { startService } from './start.js';
export {
  CONVERSATION_STORE,
  type AppendOptions,
  type ChangeOptions,
  type ConversationStore,
  type MessagePage,
  type StateOptions,
  type StoreTiers,
  type WriteOptions,
  type WriteOutcome,
} from './store/conversation-store.js';
export type { AccessToken, TokenSource } from './store/credentials/token-source.js';
export { MemoryConversationStore, type MemoryStoreOptions } from './store/memory/memory.store.js';
export type {
  PostgresConnectionOptions,
  PostgresTls,
} from './store/postgres/connection/options.js';
export type { PostgresStoreOptions } from './store/postgres/postgres.options.js';
export type {
  RedisConnectionOptions,
  RedisNode,
  RedisTls,
  RedisTopology,
} from './store/redis/connection/options.js';
export type { RedisStoreOptions } from './store/redis/redis.options.js';
export type {
  PostgresTierOptions,
  RedisTierOptions,
  TieredStoreOptions,
} from './store/tiered/tiered.options.js';
export type { KeyService, MasterKeys } from './store/sealing/key-service.js';
export type { MasterKey } from './store/sealing/master-key.js';
export { MasterKeysError } from './store/sealing/master-keys.error.js';
export type { SealingRequest } from './store/sealing/open-sealing.js';
export { parseMasterKeys } from './store/sealing/parse-master-keys.js';
export { STORE_DEFAULTS } from './store/store.defaults.js';
export {
  ConversationDamagedError,
  StoreFaultError,
  StoreUnavailableError,
} from './store/store.errors.js';
export type { StoreLimits, StoreLimitsWithTtl } from './domain/store-limits.js';
export { StoreModule } from './store/store.module.js';
export type { StoreOptions } from './store/store.options.js';
export type {
  TurnOutcome,
  TurnQuery,
  TurnRenewal,
  TurnStep,
  TurnStore,
} from './store/turn-store.js';
export {
  ORCHESTRATOR,
  type Orchestrator,
  type TextDelta,
  type TurnContext,
  type TurnOutput,
} from './turns/orchestrator.js';
export type { TurnMessage, TurnMessagePart } from './turns/turn-message.js';
export type { UIMessageChunk } from './turns/ui-message-chunk.js';
export { OrchestratorModule } from './turns/orchestrator.module.js';
export type {
  OrchestratorModuleAsyncOptions,
  OrchestratorModuleOptions,
  OrchestratorOptions,
} from './turns/orchestrator.options.js';
export { TurnsModule } from './turns/turns.module.js';
export type { TurnOptions } from './turns/turns.options.js';

/** What a team that extends the service may import, and nothing else. */
export { AppModule, type AppModuleOptions } from './app.module.js';
export { RoleRequiredError } from './auth/auth.errors.js';
export { AuthModule } from './auth/auth.module.js';
export type { AuthOptions, TokenKeys } from './auth/auth.options.js';
export { SERVICE_ROLE, type Caller } from './auth/caller.js';
export { CurrentCaller } from './auth/current-caller.decorator.js';
export { Public } from './auth/public.decorator.js';
export { ConfigurationError } from './config/environment.js';
export { ConversationsModule } from './conversations/conversations.module.js';
export {
  ConversationsService,
  type ConversationDraft,
  type ConversationList,
  type ListRequest,
} from './conversations/conversations.service.js';
export type { MessageDraft } from './conversations/message-writes.js';
export * from './domain/coded-error.js';
export * from './domain/conversation.errors.js';
export type * from './domain/conversation-list.js';
export * from './domain/conversation.js';
export * from './domain/idempotency.js';
export type * from './domain/message-range.js';
export * from './domain/message.js';
export type * from './domain/owner.js';
export type * from './domain/idempotency-record.js';
export * from './domain/turn.errors.js';
export * from './domain/turn.js';
export * from './domain/working-state.js';
export { InvalidRequestError, type FieldError } from './http/request.errors.js';
export { ProblemsModule } from './problems/problems.module.js';
export * from './store/conversation-store.js';
export { MemoryConversationStore, type MemoryStoreOptions } from './store/memory/memory.store.js';
export type { RedisStoreOptions } from './store/redis/connection/redis.options.js';
export * from './store/store.errors.js';
export type * from './store/turn-store.js';
export type { StoreLimits } from './domain/store-limits.js';
export { StoreModule } from './store/store.module.js';
export type { StoreOptions } from './store/store.options.js';
export {
  ORCHESTRATOR,
  type Orchestrator,
  type TextDelta,
  type TurnContext,
  type TurnOutput,
} from './turns/orchestrator.js';
export { TurnsModule, type OrchestratorModuleOptions } from './turns/turns.module.js';
export { startService } from './start.js';

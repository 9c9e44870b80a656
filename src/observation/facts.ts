import { ObservedFacts } from './observed-facts.js';

/** A request that a rate limit has refused. */
export interface LimitedRequest {
  readonly policy: 'user' | 'tenant';
}

export const limitedRequests = new ObservedFacts<LimitedRequest>(
  'conversation-store:limited-request',
);

/** A turn that runs in this process. Times are milliseconds since it was called for. */
export type TurnFact =
  | { readonly kind: 'begun' }
  /** Its orchestrator has said something. */
  | { readonly kind: 'first-event'; readonly afterMs: number }
  | {
      readonly kind: 'ended';
      /** As it is stored: completed, cancelled or failed. `lost`: this process has not stored its end. */
      readonly status: string;
      readonly tookMs: number;
      readonly events: number;
    };

export const turnFacts = new ObservedFacts<TurnFact>('conversation-store:turn');

/** An orchestrator has left a failure behind that nobody handled. */
export interface StrayFailure {
  readonly turnId: string;
}

export const strayFailures = new ObservedFacts<StrayFailure>('conversation-store:stray-failure');

/** A pass that saved in PostgreSQL what Redis held unsaved of some partitions. */
export interface FlushFact {
  readonly outcome: 'ok' | 'failed';
  readonly tookMs: number;
  /** Conversations that PostgreSQL has now. */
  readonly conversations: number;
  /** Messages that were sent to PostgreSQL with them. */
  readonly messages: number;
}

export const flushFacts = new ObservedFacts<FlushFact>('conversation-store:flush');

/** A conversation that Redis did not have was asked for in PostgreSQL. */
export interface HydrationFact {
  /** `hot`: Redis has it now. `absent`: there is none. */
  readonly outcome: 'hot' | 'absent' | 'failed';
  readonly tookMs: number;
}

export const hydrationFacts = new ObservedFacts<HydrationFact>('conversation-store:hydration');

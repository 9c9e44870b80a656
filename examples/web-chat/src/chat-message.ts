import type { UIMessage } from 'ai';

/** What the service says about a reply beside its words. */
interface ReplyMetadata {
  /** Of a reply that is being streamed: the turn to cancel. */
  readonly turnId?: string;
  /** Of a reply that was stopped: what had been said by then is kept. */
  readonly cancelled?: boolean;
}

/** A message, streamed or stored: the service keeps the AI SDK's own parts. */
export type ChatMessage = UIMessage<ReplyMetadata | undefined>;

import type { UIMessage } from 'ai';

/** What the service says about a reply beside its words. */
interface ReplyMetadata {
  /** The turn of a reply: to cancel it while it is streamed. */
  readonly turnId?: string;
  /** Of a reply that was stopped: what had been said by then is kept. */
  readonly cancelled?: boolean;
}

/** A message, streamed or stored: the service keeps the AI SDK's own parts. */
export type ChatMessage = UIMessage<ReplyMetadata | undefined>;

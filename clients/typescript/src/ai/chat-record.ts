import type { UIMessage } from 'ai';
import type { Message, NewTurn } from '../model.js';
import type { FollowedTurn } from './followed-turn.js';
import { placeIn, toPlace, type StoredPlace } from './stored-message.js';

/** A turn as it is sent, and sent again when nobody knows whether it began. */
export interface SentTurn {
  readonly turn: NewTurn;
  readonly idempotencyKey: string;
}

/** A turn that is not known to have begun. */
export interface UnsettledTurn extends SentTurn {
  /** The service has answered that it did not begin the turn. */
  readonly isRefused: boolean;
  /** A call under its key has ended without such an answer: a refusal of a later call says nothing about that one. */
  readonly mayBeStored: boolean;
}

/** What is known of a message: its `seq` since the start of its turn, and the rest since the end of it. */
type KnownPlace = Pick<StoredPlace, 'seq'> & Partial<StoredPlace>;

/** What the transport knows of one chat. */
export class ChatRecord {
  /** The turn that this chat follows. */
  followed: FollowedTurn | undefined;
  /** Settles when the turn that was stopped last has ended. Never rejects. */
  stopping: Promise<void> = Promise.resolve();
  /** Turns that were sent and are not known to have begun, by the message that they are about. */
  private readonly unsettled = new Map<string, UnsettledTurn>();
  /** Messages of the user whose latest text the service was not asked to store yet, and whether they are edited ones. */
  private readonly unsent = new Map<string, 'new' | 'edited'>();
  /** By the id that the chat has for a message: a user's message has another one in the store. */
  private readonly places = new Map<string, KnownPlace>();

  unsettledTurn(messageId: string): UnsettledTurn | undefined {
    return this.unsettled.get(messageId);
  }

  /** Until {@link noteSent}, the message is one that the user wants to send. */
  noteUnsent(messageId: string, kind: 'new' | 'edited'): void {
    this.unsent.set(messageId, kind);
  }

  unsentAs(messageId: string): 'new' | 'edited' | undefined {
    return this.unsent.get(messageId);
  }

  noteSent(messageId: string, { turn, idempotencyKey }: SentTurn): void {
    this.unsent.delete(messageId);
    const former = this.unsettledUnder(messageId, idempotencyKey);
    const mayBeStored = former?.mayBeStored ?? false;
    this.unsettled.set(messageId, { turn, idempotencyKey, isRefused: false, mayBeStored });
  }

  /** The service has refused a call under this key. */
  noteRefused(messageId: string, idempotencyKey: string): void {
    const sent = this.unsettledUnder(messageId, idempotencyKey);
    if (sent && !sent.mayBeStored) this.unsettled.set(messageId, { ...sent, isRefused: true });
  }

  /** A call under this key has ended without a refusal: the service may have begun the turn. */
  noteDoubt(messageId: string, idempotencyKey: string): void {
    const sent = this.unsettledUnder(messageId, idempotencyKey);
    if (sent) this.unsettled.set(messageId, { ...sent, isRefused: false, mayBeStored: true });
  }

  settle(messageId: string): void {
    this.unsettled.delete(messageId);
  }

  place(messageId: string): KnownPlace | undefined {
    return this.places.get(messageId);
  }

  /** The message is stored at this seq. */
  locate(messageId: string, seq: number): void {
    if (this.places.get(messageId)?.seq !== seq) this.places.set(messageId, { seq });
  }

  /** The message will be stored at another seq, too. */
  loosen(messageId: string): void {
    const place = this.places.get(messageId);
    if (place) this.places.set(messageId, { seq: place.seq });
  }

  /** Learns from the messages of the chat. What the transport has learned since is newer. */
  learnFromChat(messages: readonly UIMessage[]): void {
    for (const message of messages) {
      const place = placeIn(message);
      if (place && !this.places.has(message.id)) this.places.set(message.id, place);
    }
  }

  /** Learns from messages as they are stored. */
  learn(messages: readonly Message[]): void {
    const bySeq = new Map(messages.map((message) => [message.seq, toPlace(message)]));
    for (const [id, { seq }] of this.places) {
      const place = bySeq.get(seq);
      if (place) this.places.set(id, place);
    }
    for (const message of messages) this.places.set(message.id, toPlace(message));
  }

  private unsettledUnder(messageId: string, idempotencyKey: string): UnsettledTurn | undefined {
    const sent = this.unsettled.get(messageId);
    return sent?.idempotencyKey === idempotencyKey ? sent : undefined;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { ownerKey } from '../domain/owner-key.js';
import type { TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { RunningTurns } from './running-turns.js';
import { TurnReader } from './turn-reader.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

/** A reader of a turn that one follower uses. */
export interface AcquiredReader {
  readonly reader: TurnReader;
  /** Call it once, when the follower reads no more. */
  readonly release: () => void;
}

interface SharedReader {
  readonly reader: TurnReader;
  followers: number;
}

/** One reader for each turn that is followed in this process. */
@Injectable()
export class TurnReaders {
  private readonly readers = new Map<string, SharedReader>();

  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly running: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /** The turns that are followed now. */
  get count(): number {
    return this.readers.size;
  }

  acquire(ref: TurnRef): AcquiredReader {
    // Never without the owner: a stranger must not be shown what is in memory.
    const key = `${ownerKey(ref.owner)} ${ref.conversationId} ${ref.turnId}`;
    const shared = this.readers.get(key) ?? this.open(ref);
    this.readers.set(key, shared);
    shared.followers += 1;
    const release = (): void => {
      shared.followers -= 1;
      if (shared.followers > 0) return;
      this.readers.delete(key);
    };
    return { reader: shared.reader, release };
  }

  private open(ref: TurnRef): SharedReader {
    return { reader: new TurnReader(this.store, ref, this.running, this.options), followers: 0 };
  }
}

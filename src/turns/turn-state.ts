import { isDeepStrictEqual } from 'node:util';
import { VersionConflictError } from '../domain/conversation.errors.js';
import type { TurnRef } from '../domain/turn.js';
import type { JsonValue, WorkingState } from '../domain/working-state.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { toJson } from './json-output.js';

/** The working state of a running turn. Each change is stored at once, and only under the turn's lease. */
export class TurnState {
  constructor(
    private readonly store: ConversationStore,
    private readonly ref: TurnRef,
    private current: WorkingState,
  ) {}

  /** @throws InvalidOutputError, and what `putState` throws */
  async put(output: unknown): Promise<void> {
    const value = JSON.parse(toJson(output, 'state')) as JsonValue;
    const version = await this.write(value).catch((error: unknown) => this.retry(value, error));
    this.current = { value, version };
  }

  private write(value: JsonValue): Promise<number> {
    const { owner, conversationId, turnId } = this.ref;
    return this.store.putState(owner, conversationId, value, this.current.version, { turnId });
  }

  /** A write whose answer was lost may be stored. Then the second write conflicts with the first. */
  private async retry(value: JsonValue, error: unknown): Promise<number> {
    if (!(error instanceof StoreUnavailableError)) throw error;
    try {
      return await this.write(value);
    } catch (second) {
      if (!(second instanceof VersionConflictError)) throw second;
      const { owner, conversationId } = this.ref;
      const stored = await this.store.getState(owner, conversationId);
      const isOurs = stored.version === this.current.version + 1;
      if (!isOurs || !isDeepStrictEqual(stored.value, value)) throw second;
      return stored.version;
    }
  }
}

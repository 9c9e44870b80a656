import { isDeepStrictEqual } from 'node:util';
import type { JsonValue, WorkingState } from '../domain/working-state.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { VersionConflictError } from '../domain/conversation.errors.js';
import { toJson } from './json-output.js';
import type { HeldTurn } from './turn-lease.js';

/** The working state while a turn runs: each change is stored at once, while the turn has its lease. */
export class TurnState {
  constructor(
    private readonly store: ConversationStore,
    private readonly turn: HeldTurn,
    private current: WorkingState,
  ) {}

  /** @throws InvalidOutputError, and what `putState` throws */
  async put(output: unknown): Promise<void> {
    const value = JSON.parse(toJson(output, 'state')) as JsonValue;
    const version = await this.write(value).catch((error: unknown) => this.again(value, error));
    this.current = { value, version };
  }

  private write(value: JsonValue): Promise<number> {
    const { owner, conversationId, turnId } = this.turn;
    return this.store.putState(owner, conversationId, value, this.current.version, { turnId });
  }

  /** One whose answer was lost may be there: then the second is a conflict with the first. */
  private async again(value: JsonValue, error: unknown): Promise<number> {
    if (!(error instanceof StoreUnavailableError)) throw error;
    try {
      return await this.write(value);
    } catch (second) {
      if (!(second instanceof VersionConflictError)) throw second;
      const { owner, conversationId } = this.turn;
      const stored = await this.store.getState(owner, conversationId);
      const isOurs = stored.version === this.current.version + 1;
      if (!isOurs || !isDeepStrictEqual(stored.value, value)) throw second;
      return stored.version;
    }
  }
}

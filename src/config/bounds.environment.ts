import { DEFAULT_OWNER_SHARE } from '../bounds/bounded-shares.js';
import { DEFAULT_CONVERSATIONS_OPTIONS } from '../conversations/conversations.options.js';
import { DEFAULT_TURN_OPTIONS } from '../turns/turns.options.js';
import { WholeNumber } from './variable-rules.js';

/** What one process serves at once, and the part of it that one owner may have while others ask. */
export class BoundsEnvironment {
  @WholeNumber(1, 1_000_000)
  MAX_RUNNING_TURNS = DEFAULT_TURN_OPTIONS.maxRunning;

  @WholeNumber(1, 1_000_000)
  MAX_QUEUED_TURNS_PER_PROCESS = DEFAULT_TURN_OPTIONS.maxQueued;

  @WholeNumber(1, 1_000_000)
  MAX_STREAMS = DEFAULT_TURN_OPTIONS.maxStreams;

  @WholeNumber(1, 1_000_000)
  MAX_EXPORTS = DEFAULT_CONVERSATIONS_OPTIONS.maxExports;

  /** Percent. */
  @WholeNumber(1, 100)
  OWNER_SHARE = DEFAULT_OWNER_SHARE * 100;
}

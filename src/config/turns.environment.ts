import { DEFAULT_TURN_OPTIONS } from '../turns/turns.options.js';
import { WholeNumber } from './variable-rules.js';

/** All in milliseconds. */
export class TurnsEnvironment {
  @WholeNumber(1_000, 300_000)
  TURN_LEASE_MS = DEFAULT_TURN_OPTIONS.leaseMs;

  @WholeNumber(1_000, 3_600_000)
  TURN_TIMEOUT_MS = DEFAULT_TURN_OPTIONS.timeoutMs;

  @WholeNumber(0, 3_600_000)
  TURN_WAIT_MS = DEFAULT_TURN_OPTIONS.waitMs;
}

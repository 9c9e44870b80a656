import { WholeNumber } from './variable-rules.js';

/** All in milliseconds. */
export class TurnsEnvironment {
  @WholeNumber(1_000, 300_000)
  TURN_LEASE_MS = 15_000;

  @WholeNumber(1_000, 3_600_000)
  TURN_TIMEOUT_MS = 120_000;

  @WholeNumber(0, 3_600_000)
  TURN_WAIT_MS = 60_000;
}

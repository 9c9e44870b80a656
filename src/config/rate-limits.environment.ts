import { Optional } from '../validation/rules.js';
import { RequestsInSeconds } from './variable-rules.js';

/** How many requests pass in how many seconds: `600/60`. Not set: no limit. */
export class RateLimitsEnvironment {
  @Optional()
  @RequestsInSeconds()
  RATE_LIMIT_USER?: string;

  @Optional()
  @RequestsInSeconds()
  RATE_LIMIT_TENANT?: string;
}

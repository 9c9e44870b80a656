import { IsIn, IsString, Matches } from 'class-validator';
import { REDIS_STORE_DEFAULTS } from '../store/store.defaults.js';
import { Optional } from '../validation/rules.js';
import { Address, List, WholeNumber } from './variable-rules.js';

export class RedisEnvironment {
  @Optional()
  @Address('redis:', 'rediss:')
  REDIS_URL?: string;

  @Optional()
  @IsString()
  REDIS_HOSTNAME?: string;

  @Optional()
  @WholeNumber(1, 65_535)
  REDIS_PORT?: number;

  @Optional()
  @IsString()
  REDIS_USERNAME?: string;

  @Optional()
  @IsString()
  REDIS_PASSWORD?: string;

  @IsIn(['password', 'entra'])
  REDIS_AUTH: 'password' | 'entra' = 'password';

  @IsIn(['standalone', 'sentinel', 'cluster'])
  REDIS_MODE: 'standalone' | 'sentinel' | 'cluster' = 'standalone';

  @List((item) => /^[^\s,:@/]+:\d{1,5}$/.test(item), 'must be host:port, separated by commas')
  REDIS_NODES: string[] = [];

  @Optional()
  @IsString()
  REDIS_SENTINEL_NAME?: string;

  @Optional()
  @IsString()
  REDIS_SENTINEL_USERNAME?: string;

  @Optional()
  @IsString()
  REDIS_SENTINEL_PASSWORD?: string;

  @Optional()
  @IsIn(['true', 'false'])
  REDIS_TLS?: 'true' | 'false';

  @Optional()
  @IsString()
  REDIS_TLS_CA_FILE?: string;

  @Optional()
  @IsString()
  REDIS_TLS_SERVERNAME?: string;

  @Matches(/^[^{}\s]{0,64}$/, {
    message: 'must have at most 64 characters and no "{", "}" or space',
  })
  REDIS_KEY_PREFIX: string = REDIS_STORE_DEFAULTS.keyPrefix;

  /** Seconds: a second to ten years. Without a default here, since a tiered store refuses it when it is set. */
  @Optional()
  @WholeNumber(1, 315_360_000)
  REDIS_TTL?: number;

  /** Milliseconds. */
  @WholeNumber(10, 60_000)
  REDIS_TIMEOUT: number = REDIS_STORE_DEFAULTS.timeoutMs;

  @WholeNumber(0, 5)
  REDIS_WAIT_REPLICAS: number = REDIS_STORE_DEFAULTS.waitReplicas;
}

import { IsIn, IsString } from 'class-validator';
import { POSTGRES_STORE_DEFAULTS } from '../store/store.defaults.js';
import { Optional } from '../validation/rules.js';
import { Address, WholeNumber } from './variable-rules.js';

export class PostgresEnvironment {
  @Optional()
  @Address('postgres:', 'postgresql:')
  DATABASE_URL?: string;

  @Optional()
  @IsString()
  DATABASE_PASSWORD?: string;

  @IsIn(['password', 'entra'])
  DATABASE_AUTH: 'password' | 'entra' = 'password';

  @Optional()
  @IsString()
  DATABASE_TLS_CA_FILE?: string;

  @WholeNumber(1, 1_000)
  DATABASE_POOL_SIZE: number = POSTGRES_STORE_DEFAULTS.poolSize;

  /** Milliseconds. */
  @WholeNumber(10, 60_000)
  DATABASE_TIMEOUT: number = POSTGRES_STORE_DEFAULTS.timeoutMs;

  @IsIn(['true', 'false'])
  DATABASE_MIGRATE: 'true' | 'false' = 'true';

  /** Days: up to a hundred years. */
  @Optional()
  @WholeNumber(1, 36_500)
  RETENTION_DAYS?: number;
}

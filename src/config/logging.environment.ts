import { IsIn, IsString } from 'class-validator';
import { LOG_LEVELS, type LogLevel } from '../logging/logging.options.js';
import { Optional } from '../validation/rules.js';

export class LoggingEnvironment {
  @IsIn([...LOG_LEVELS])
  LOG_LEVEL: LogLevel = 'info';

  @Optional()
  @IsIn(['json', 'text'])
  LOG_FORMAT?: 'json' | 'text';

  @IsIn(['true', 'false'])
  ACCESS_LOG: 'true' | 'false' = 'true';

  @Optional()
  @IsString()
  LOG_HASH_SALT?: string;

  @IsIn(['true', 'false'])
  LOG_REMOTE_ADDRESS: 'true' | 'false' = 'false';

  @Optional()
  @IsIn(['true', 'false'])
  LOG_ERROR_MESSAGES?: 'true' | 'false';
}

import { LOG_LEVELS, type LoggingOptions } from '../logging/logging.options.js';
import type { Environment } from './environment.js';

export function toLoggingOptions(environment: Environment): LoggingOptions {
  const { LOG_LEVEL, LOG_FORMAT, LOG_ERROR_MESSAGES, NODE_ENV } = environment;
  return {
    // The log exists before the configuration is checked: a wrong level must not keep it from saying so.
    level: LOG_LEVELS.includes(LOG_LEVEL) ? LOG_LEVEL : 'info',
    format: toFormat(LOG_FORMAT, NODE_ENV),
    showsErrorMessages:
      LOG_ERROR_MESSAGES === undefined ? NODE_ENV === 'development' : LOG_ERROR_MESSAGES === 'true',
    access: {
      isOn: environment.ACCESS_LOG === 'true',
      hashSalt: environment.LOG_HASH_SALT,
      showsRemoteAddress: environment.LOG_REMOTE_ADDRESS === 'true',
    },
  };
}

/** The format is as provisional as the level. */
function toFormat(format: string | undefined, mode: Environment['NODE_ENV']): 'json' | 'text' {
  if (format === 'json' || format === 'text') return format;
  return mode === 'production' ? 'json' : 'text';
}

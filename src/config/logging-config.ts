import { LOG_LEVELS, type LoggingOptions } from '../logging/logging.options.js';
import type { Environment } from './environment.js';

export function toLoggingOptions(environment: Environment): LoggingOptions {
  const { LOG_LEVEL, LOG_ERROR_MESSAGES, NODE_ENV } = environment;
  return {
    // The log exists before the configuration is checked: a wrong level must not keep it from saying so.
    level: LOG_LEVELS.includes(LOG_LEVEL) ? LOG_LEVEL : 'info',
    format: NODE_ENV === 'production' ? 'json' : 'text',
    showsErrorMessages:
      LOG_ERROR_MESSAGES === undefined ? NODE_ENV === 'development' : LOG_ERROR_MESSAGES === 'true',
    access: {
      isOn: environment.ACCESS_LOG === 'true',
      hashSalt: environment.LOG_HASH_SALT,
      showsRemoteAddress: environment.LOG_REMOTE_ADDRESS === 'true',
    },
  };
}

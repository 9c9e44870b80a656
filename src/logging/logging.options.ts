export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggingOptions {
  readonly level: LogLevel;
  /** `text` is for people. */
  readonly format: 'json' | 'text';
  /** Whether the messages of errors that the service did not write itself are logged: they may quote content. */
  readonly showsErrorMessages: boolean;
  readonly access: AccessLogOptions;
}

export interface AccessLogOptions {
  /** Whether a line for each request is logged. */
  readonly isOn: boolean;
  /** The key with which tenants are hashed; without one the hash is a plain SHA-256. */
  readonly hashSalt: string | undefined;
  /** Whether a line has the address at the other end of the connection. */
  readonly showsRemoteAddress: boolean;
}

import type { ConfigurationMistake } from './configuration.error.js';

/** The parts of a REDIS_URL. */
export interface RedisUrl {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number | undefined;
  /** Both percent-encoded; empty when the URL has none. */
  readonly username: string;
  readonly password: string;
  readonly database: number;
}

/** Undefined when the variable is not set, or is not a URL: `readEnvironment` reports that. */
export function readRedisUrl(
  text: string | undefined,
  mistakes: ConfigurationMistake[],
): RedisUrl | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return {
    isSecure: url.protocol === 'rediss:',
    // Only in a URL does an IPv6 address have brackets.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || undefined,
    username: url.username,
    password: url.password,
    database: toDatabase(url.pathname.slice(1), mistakes),
  };
}

/** The path of the URL is empty, or the number of a database. */
function toDatabase(path: string, mistakes: ConfigurationMistake[]): number {
  if (/^\d{0,5}$/.test(path)) return Number(path);
  mistakes.push({
    variables: ['REDIS_URL'],
    message: 'the path must be the number of a database',
  });
  return 0;
}

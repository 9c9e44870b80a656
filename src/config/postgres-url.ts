import type { ConfigurationMistake } from './configuration.error.js';

const SSL_MODES = ['disable', 'require', 'verify-full'] as const;

/** The parts of a DATABASE_URL. */
export interface PostgresUrl {
  /** Whether it asks for TLS. The service verifies the certificate in both modes that do. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number | undefined;
  /** Both percent-encoded; empty when the URL has none. */
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

/** Undefined when the variable is not set, or is not a URL: `readEnvironment` reports that. */
export function readPostgresUrl(
  text: string | undefined,
  mistakes: ConfigurationMistake[],
): PostgresUrl | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const refuseUnless = (isGood: boolean, message: string): void => {
    if (!isGood) mistakes.push({ variables: ['DATABASE_URL'], message });
  };
  // The driver knows one server, by TCP: a list of hosts and a path of a socket are of libpq.
  refuseUnless(!/[,%]/.test(url.hostname), 'must name one host');
  refuseUnless(url.username !== '', 'must name a user: postgres://user:password@host/database');
  refuseUnless(url.hash === '', 'a # in the user or the password must be written as %23');
  const database = decodeDatabase(url.pathname);
  refuseUnless(database !== '', 'the path must be the name of a database');
  const mode = readMode(url.searchParams);
  refuseUnless(
    mode !== undefined,
    `may have the parameter sslmode (${SSL_MODES.join(', ')}), once, and no other`,
  );
  return {
    isSecure: mode !== undefined && mode !== 'disable',
    // Only in a URL does an IPv6 address have brackets.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || undefined,
    username: url.username,
    password: url.password,
    database,
  };
}

/** Empty when the path is not the name of a database. */
function decodeDatabase(path: string): string {
  if (!/^\/[^/]+$/.test(path)) return '';
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return '';
  }
}

/** Undefined when the parameters are not one known mode. Without any, there is no TLS. */
function readMode(parameters: URLSearchParams): (typeof SSL_MODES)[number] | undefined {
  const [entry = ['sslmode', 'disable'], ...others] = [...parameters];
  const [name, value] = entry;
  if (others.length > 0 || name !== 'sslmode') return undefined;
  return SSL_MODES.find((mode) => mode === value);
}

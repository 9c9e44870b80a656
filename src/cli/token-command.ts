import { parseArgs } from 'node:util';
import type { TokenRequest } from '../auth/development-token.js';

export const TOKEN_USAGE = `Usage: npm run --silent token -- --sub USER --tid TENANT [options]

Prints a token that the service in this folder accepts. Use it for development only.

  --sub USER           the user
  --tid TENANT         the tenant of the user
  --role ROLE          a role of the user; can be given several times. A user with the role
                       Conversations.Service may write messages of every role
  --expires-in TIME    how long the token is valid: a number with s, m, h or d (default: 12h)
  --help               prints this text
`;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * Parses the command line. The result is 'help' when it has --help.
 * @throws TypeError, with what is wrong with the command line
 */
export function parseTokenCommand(args: readonly string[]): TokenRequest | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sub: { type: 'string' },
      tid: { type: 'string' },
      role: { type: 'string', multiple: true },
      'expires-in': { type: 'string', default: '12h' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    userId: required('sub', values.sub),
    tenantId: required('tid', values.tid),
    roles: values.role ?? [],
    lifetimeSeconds: toSeconds(values['expires-in']),
  };
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined || value.trim() === '') throw new TypeError(`--${flag} is required.`);
  return value;
}

function toSeconds(time: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(time) ?? [];
  if (count === undefined)
    throw new TypeError('--expires-in must be a number followed by s, m, h or d.');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

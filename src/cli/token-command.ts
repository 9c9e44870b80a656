import { parseArgs } from 'node:util';
import type { TokenRequest } from '../auth/development-token.js';

export const TOKEN_USAGE = `Usage: npm run --silent token -- --sub USER --tid TENANT [options]

Prints a token that the service in this folder accepts. For development.

  --sub USER           who the token is for
  --tid TENANT         the user's tenant
  --role ROLE          a role; may be given several times. Conversations.Service may write
                       messages of every role, not only the user's own
  --expires-in TIME    how long it is good for: a number with s, m, h or d (default: 12h)
  --help               this text
`;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * What the command line asks for; 'help' when it asks for that.
 * @throws TypeError, with what is wrong with it
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
  if (value === undefined || value.trim() === '') throw new TypeError(`--${flag} is missing.`);
  return value;
}

function toSeconds(time: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(time) ?? [];
  if (count === undefined) throw new TypeError('--expires-in must be a number with s, m, h or d.');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

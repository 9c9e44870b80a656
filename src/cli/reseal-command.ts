import { parseArgs } from 'node:util';

export interface ResealCommand {
  /** A position that an earlier run has printed. */
  readonly from: string | undefined;
}

export const RESEAL_USAGE = `Usage: npm run --silent reseal [-- --from POSITION]

Seals every stored text anew that is not as the service would seal it now: one that another key than the
first of ENCRYPTION_KEYS has encrypted, one that is plain though a key encrypts, or one that is encrypted
though ENCRYPTION_KEYS begins with "plain". It takes the variables of the service, and can run beside it
and any number of times. First restart all processes of the service with the new ENCRYPTION_KEYS.

  --from POSITION   goes on where a run has stopped, which has printed the position
  --help            prints this

It leaves what goes by itself: events of turns go after an hour, and idempotency records after 24 hours. So
leave the old key in ENCRYPTION_KEYS until 24 hours after the last process has stopped that encrypts with it.
Without the old key, a request that is repeated under its Idempotency-Key is refused with 422, and a turn
cannot be followed from its beginning.

Exit codes: 0 when nothing is left that an old key has sealed, 1 when something cannot be opened or goes on
being written with an old key, 2 when the flags are wrong, 130 on Ctrl-C or SIGTERM.
`;

/** @throws TypeError */
export function parseResealCommand(args: readonly string[]): ResealCommand | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { from: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  return values.help ? 'help' : { from: values.from };
}

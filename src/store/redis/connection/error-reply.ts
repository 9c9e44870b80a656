/** Redis does not accept the user: an outage that does not end by waiting. */
const DENIALS: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** How Redis 7 words NOPERM for a command inside a script. */
const DENIED_IN_SCRIPT = "ERR The user executing the script can't";

/** An operator ended a script that ran too long. Redis ends no script that has written. */
const KILLED = 'Script killed by user with SCRIPT KILL';

/**
 * The code of an error reply, which is its first word. Before Redis 7 an error inside a script
 * arrives wrapped: `ERR Error running script (call to f_…): @user_script:9: -OOM command not …`.
 */
export function replyCodeOf(message: string): string {
  if (message.startsWith(DENIED_IN_SCRIPT)) return 'NOPERM';
  if (message.includes(KILLED)) return 'KILLED';
  const wrapped = /@user_script: ?\d+: -?([A-Z]+) /.exec(message);
  return wrapped?.[1] ?? message.split(' ', 1)[0] ?? '';
}

export function isDenial(error: unknown): error is Error {
  return error instanceof Error && DENIALS.has(replyCodeOf(error.message));
}

/** Whether Redis denied a command inside a script: an earlier command of it may have written. */
export function isDenialInScript(error: Error): boolean {
  const { message } = error;
  return (
    isDenial(error) && (message.startsWith(DENIED_IN_SCRIPT) || message.includes('@user_script'))
  );
}

/**
 * The message without the arguments of the command. A server that does not know a command repeats
 * its arguments: keys, and for AUTH a password.
 */
export function withoutArguments(message: string): string {
  return message.replace(/, with args beginning with:.*/s, '');
}

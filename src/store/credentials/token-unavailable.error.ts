/** Characters of the reason that a log shows. */
const MAX_REASON = 200;

/** What differs from one attempt to the next: the log reports a sentence once. */
const DIFFERS_EACH_TIME =
  /\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*/gi;

/** What looks like a JSON web token, whole or in part. */
const TOKEN = /\beyJ[\w-]+(\.[\w-]*)*/g;

/** The token source has no token now. The message may be logged: it has no token in it. */
export class TokenUnavailableError extends Error {
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the token source rejected';
  const [line = ''] = cause.message.split('\n', 1);
  const text = line.replace(TOKEN, '…').replace(DIFFERS_EACH_TIME, '…').slice(0, MAX_REASON).trim();
  return text === '' ? cause.name : text;
}

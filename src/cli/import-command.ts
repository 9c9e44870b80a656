import { parseArgs } from 'node:util';
import { SERVICE_ROLE } from '../auth/caller.js';

export const IMPORT_USAGE = `Usage: npm run --silent import -- FILE.ndjson --url URL --token TOKEN [options]

Writes the dialogues of a file to a running service, as the user of the token. Each line of the file
is a JSON object that POST /api/v1/conversations accepts, with any number of messages:

  {"externalId":"a-1","title":"Hello","metadata":{"k":"v"},"messages":[{"role":"user","content":"Hi"}]}

  --url URL            where the service listens, such as http://127.0.0.1:3000
  --token TOKEN        a token of the user who will own the conversations. It needs the role
                       ${SERVICE_ROLE} when the file has messages of other roles than user
  --concurrency N      how many dialogues to import at a time, 1 to 64 (default: 8)
  --help               prints this text

You can import a file again. The import skips a dialogue when the user has a conversation with its
externalId, and completes the conversation when messages are missing. A line without an externalId
is recognised by its text, and only for 24 hours. After that, it becomes another conversation.

Exit codes: 0 when nothing failed, 1 when something failed, 2 when the flags are wrong, 130 on Ctrl-C.
`;

export interface ImportCommand {
  readonly file: string;
  /** Has no slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly concurrency: number;
}

/**
 * Parses the command line. The result is 'help' when it has --help.
 * @throws TypeError, with what is wrong with the command line; never shows the token
 */
export function parseImportCommand(args: readonly string[]): ImportCommand | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      concurrency: { type: 'string', default: '8' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new TypeError('Give the name of one file.');
  return {
    file,
    url: toUrl(values.url),
    token: toToken(values.token),
    concurrency: toConcurrency(values.concurrency),
  };
}

function toUrl(text = ''): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new TypeError('--url must be a URL such as http://127.0.0.1:3000.');
  }
  return url.href.replace(/\/+$/, '');
}

/** Refuses a text that a header cannot hold: the error of `fetch` would show the text. */
function toToken(token = ''): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('--token must be a token without spaces.');
  return token;
}

function toConcurrency(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 64) throw new TypeError('--concurrency must be a number from 1 to 64.');
  return count;
}

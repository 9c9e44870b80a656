import { diagnoseCertificate } from '../../certificate-diagnosis.js';
import { diagnoseToken } from '../../credentials/diagnose-token.js';
import { isReply, stateOf } from './error-reply.js';
import { SilenceError } from './silence.error.js';

const CERTIFICATE_REMEDIES = {
  name: 'put a name of the certificate into DATABASE_URL',
  authorityFile: 'DATABASE_TLS_CA_FILE',
} as const;

const CREDENTIALS = 'Check the user in DATABASE_URL and the password.';

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/;

/** What an operator does about a state. Each sentence is the same in every attempt: no file, no row. */
const SENTENCES: Readonly<Record<string, string>> = {
  '25006':
    'PostgreSQL takes no writes: it is a standby, or default_transaction_read_only is on. Check the address.',
  '53100': 'The disk of PostgreSQL is full: writes get 503 until it has space.',
  '53200': 'PostgreSQL has no memory left: lower its settings of memory, or give it more.',
  '53300':
    'PostgreSQL has no connection left for the service: raise max_connections, or lower DATABASE_POOL_SIZE.',
  '57P03': 'PostgreSQL starts or stops: requests get 503 until it has started.',
};

/** A sentence for the operator: what is wrong and what to do. It has no secret in it. */
export function diagnose(error: Error): string {
  const { message } = unwrap(error);
  const token = diagnoseToken(error, 'PostgreSQL');
  if (token !== undefined) return token;
  if (isReply(error)) return diagnoseReply(stateOf(error), message);
  const certificate = diagnoseCertificate(message, CERTIFICATE_REMEDIES);
  if (certificate !== undefined) return `PostgreSQL presents a certificate ${certificate}`;
  if (error instanceof SilenceError) {
    return 'PostgreSQL does not answer: requests get 503 until it does; check that it runs, and the network to it.';
  }
  if (message === 'The server does not support SSL connections') {
    return 'PostgreSQL does not speak TLS: turn on its setting ssl.';
  }
  if (/^SASL: .* password must be/.test(message)) {
    return 'PostgreSQL asks for a password: set DATABASE_PASSWORD, or put the password into DATABASE_URL.';
  }
  if (UNREACHABLE.test(message)) {
    return `PostgreSQL cannot be reached (${message}): check that it runs, and its address.`;
  }
  return `PostgreSQL cannot be used for now: ${message}`;
}

function diagnoseReply(state: string, message: string): string {
  const sentence = SENTENCES[state];
  if (sentence !== undefined) return sentence;
  if (state === '3D000') return `PostgreSQL has no such database: ${message}. Check DATABASE_URL.`;
  if (state === '42P01') {
    return `PostgreSQL does not have the tables of this version (${message}): run the migrations.`;
  }
  if (state === '42501')
    return `PostgreSQL denies access: ${message}. Grant this right to the user.`;
  if (state === '28000' && /no (encryption|pg_hba.conf entry.*SSL off)/.test(message)) {
    return `PostgreSQL denies access: ${message}. If it requires TLS, add sslmode=require to DATABASE_URL.`;
  }
  if (state.startsWith('28')) return `PostgreSQL denies access: ${message}. ${CREDENTIALS}`;
  return `PostgreSQL cannot be used for now: ${message}`;
}

/** A name with several addresses fails with the errors of all of them, and without a message. */
function unwrap(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const [first] = error.errors as unknown[];
  return first instanceof Error ? first : error;
}

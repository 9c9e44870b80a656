import { diagnoseCertificate } from '../../certificate-diagnosis.js';
import { diagnoseToken } from '../../credentials/diagnose-token.js';
import { isDenial, replyCodeOf, withoutArguments } from './error-reply.js';
import { stableMessageOf } from './ioredis-internals.js';
import { UnansweredError } from './socket-failure.js';

/** The server that an error is about: one that stores data, or a sentinel. */
export interface DiagnosisSubject {
  readonly name: string;
  /** The variables that hold the user and the password for it. */
  readonly credentials: string;
}

export const REDIS: DiagnosisSubject = {
  name: 'Redis',
  credentials: 'REDIS_USERNAME and REDIS_PASSWORD',
};
export const SENTINEL: DiagnosisSubject = {
  name: 'The sentinel',
  credentials: 'REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD',
};

const CERTIFICATE_REMEDIES = {
  name: 'set REDIS_TLS_SERVERNAME to a name in the certificate',
  authorityFile: 'REDIS_TLS_CA_FILE',
} as const;

/** How OpenSSL words an answer from a server that does not speak TLS. */
const NO_TLS = /wrong version number|packet length too long|record layer failure/;

/** How ioredis words a TLS alert, from a server that wants TLS, to a client without it. */
const TLS_ALERT = 'Protocol error, got "\\u0015"';

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/;

/** A sentence for the operator: what is wrong and what to do. It has no secret in it. */
export function diagnose(error: Error, { name, credentials }: DiagnosisSubject): string {
  // The log reports a sentence once: it must be the same in every attempt.
  const message = stableMessageOf(withoutArguments(error.message));
  const token = diagnoseToken(error, name);
  if (token !== undefined) return token;
  const certificate = diagnoseCertificate(message, CERTIFICATE_REMEDIES);
  if (certificate !== undefined) return `${name} presents a certificate ${certificate}`;
  if (NO_TLS.test(message) || (error instanceof UnansweredError && error.tls)) {
    return `${name} accepts the connection and does not answer in TLS: check that this is its port for TLS.`;
  }
  if (message.startsWith(TLS_ALERT) || error instanceof UnansweredError) {
    return `${name} accepts the connection and then closes it: if it requires TLS, set rediss:// or REDIS_TLS=true.`;
  }
  if (message.startsWith('ERR No such master')) {
    return `${name} knows no primary of this name: check REDIS_SENTINEL_NAME.`;
  }
  if (isDenial(error)) {
    const remedy =
      replyCodeOf(message) === 'NOPERM'
        ? 'Grant this permission to the user.'
        : `Check ${credentials}.`;
    return `${name} denies access: ${message.replace(/\.$/, '')}. ${remedy}`;
  }
  if (UNREACHABLE.test(message)) {
    return `${name} cannot be reached (${message}): check that it runs, and its address.`;
  }
  return `${name} cannot be used for now: ${message}`;
}

import { UnansweredError } from './connectors.js';
import { isDenial, replyCode, withoutArguments } from './redis.errors.js';

/** Who is complained about: a server that keeps data, or a sentinel. */
export interface DiagnosisSubject {
  readonly name: string;
  readonly credentials: string;
}

export const OF_REDIS: DiagnosisSubject = {
  name: 'Redis',
  credentials: 'REDIS_USERNAME and REDIS_PASSWORD',
};
export const OF_SENTINEL: DiagnosisSubject = {
  name: 'The sentinel',
  credentials: 'REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD',
};

/** What Node and OpenSSL say of a certificate whose signer they do not know. */
const UNTRUSTED =
  /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate/;

const OUT_OF_TIME = /certificate (has expired|is not yet valid)/;

/** What comes back when TLS is spoken to one who does not, and the other way round. */
const NO_TLS = /wrong version number|packet length too long|record layer failure/;
const TLS_ALERT = 'Protocol error, got "\\u0015"';

/** What is wrong, for whoever runs the service: in words, with what to set, and without secrets. */
export function diagnose(error: Error, { name, credentials }: DiagnosisSubject): string {
  const said = plainly(error.message);
  const ofCertificate = diagnoseCertificate(said);
  if (ofCertificate !== undefined) return `${name} has a certificate ${ofCertificate}`;
  if (NO_TLS.test(said) || (error instanceof UnansweredError && error.tls)) {
    return `${name} was reached, but does not answer in TLS: this may be its port without TLS.`;
  }
  if (said.startsWith(TLS_ALERT) || error instanceof UnansweredError) {
    return `${name} was reached, but hangs up: it may want TLS (rediss:// or REDIS_TLS=true).`;
  }
  if (said.startsWith('ERR No such master')) {
    return `${name} knows no primary of this name: check REDIS_SENTINEL_NAME.`;
  }
  if (!isDenial(error)) return `${name}: ${said}`;
  const remedy =
    replyCode(said) === 'NOPERM' ? 'Give the user this right.' : `Check ${credentials}.`;
  return `${name} denies access: ${said.replace(/\.$/, '')}. ${remedy}`;
}

function diagnoseCertificate(said: string): string | undefined {
  if (said.startsWith('Hostname/IP does not match')) {
    const names = said.replace(/^[^:]*: /, '').replace(/[.:\s]*$/, '');
    return `that is not for the name by which it is called (${names}): set REDIS_TLS_SERVERNAME to a name that it is for.`;
  }
  if (UNTRUSTED.test(said)) {
    return `that is signed by an authority that is not trusted (${said}): set REDIS_TLS_CA_FILE.`;
  }
  if (OUT_OF_TIME.test(said)) return `out of its time: ${said}.`;
  return undefined;
}

function plainly(message: string): string {
  // What is different each time would be told each time.
  return withoutArguments(message)
    .replace(/ Retrying from scratch after [\d.]+ms\.| - Local \(.*?\)/g, '')
    .trim();
}

/** What the operator can change about the connection. */
export interface CertificateRemedies {
  /** How to use a name that is in the certificate. */
  readonly name: string;
  /** The variable that names the file with the trusted authorities. */
  readonly authorityFile: string;
}

/** How Node and OpenSSL word a certificate whose signer they do not know. */
const UNTRUSTED =
  /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate/;

const NOT_VALID_NOW = /certificate (has expired|is not yet valid)/;

/** What is wrong with the certificate that a server presents; undefined when nothing is known to be. */
export function diagnoseCertificate(
  message: string,
  remedies: CertificateRemedies,
): string | undefined {
  if (message.startsWith('Hostname/IP does not match')) {
    const names = message.replace(/^[^:]*: /, '').replace(/[.:\s]*$/, '');
    return `that is not for the host name in use (${names}): ${remedies.name}.`;
  }
  if (UNTRUSTED.test(message)) {
    return `from an authority that is not trusted (${message}): set ${remedies.authorityFile} to a file with the certificate of that authority.`;
  }
  if (NOT_VALID_NOW.test(message)) {
    return `that is not valid at this time (${message}): replace the certificate, or correct the clock of this machine.`;
  }
  return undefined;
}

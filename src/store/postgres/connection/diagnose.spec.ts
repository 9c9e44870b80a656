import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { diagnose } from './diagnose.js';

function reply(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, 0, 'error'), { code });
}

describe('diagnose', () => {
  it.each([
    ['self-signed certificate in certificate chain', 'set DATABASE_TLS_CA_FILE to a file'],
    [
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
      'put a name of the certificate into DATABASE_URL',
    ],
    ['certificate has expired', 'not valid at this time'],
    ['The server does not support SSL connections', 'does not speak TLS: turn on its setting ssl'],
    ['connect ECONNREFUSED 10.0.0.1:5432', 'cannot be reached (connect ECONNREFUSED'],
    ['getaddrinfo ENOTFOUND db.test', 'cannot be reached (getaddrinfo ENOTFOUND db.test)'],
    ['Connection terminated unexpectedly', 'cannot be used for now: Connection terminated'],
  ])('says of %s: %s', (message, words) => {
    expect(diagnose(new Error(message))).toContain(words);
  });

  it.each([
    ['28P01', 'password authentication failed for user "store"', 'Check the user in DATABASE_URL'],
    ['28000', 'no pg_hba.conf entry for host "::1", no encryption', 'add sslmode=require'],
    ['3D000', 'database "x" does not exist', 'has no such database'],
    ['42501', 'permission denied for table messages', 'Grant this right to the user.'],
    ['42P01', 'relation "messages" does not exist', 'run the migrations'],
    ['57P03', 'the database system is starting up', 'starts or stops'],
  ])('says of %s (%s): %s', (code, message, words) => {
    expect(diagnose(reply(code, message))).toContain(words);
  });

  it('says the same of a full disk, whichever file it was', () => {
    const [first, second] = ['base/1/2', 'base/3/4'].map((file) =>
      diagnose(reply('53100', `could not extend file "${file}": No space left on device`)),
    );
    expect(first).toBe(second);
  });

  it('looks into the error of a name that has several addresses', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED ::1:5432')]);
    expect(diagnose(error)).toContain('ECONNREFUSED ::1:5432');
  });
});

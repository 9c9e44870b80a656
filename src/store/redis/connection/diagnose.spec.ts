import { describe, expect, it } from '@jest/globals';
import { diagnose, REDIS, SENTINEL } from './diagnose.js';
import { UnansweredError } from './socket-failure.js';

describe('diagnose', () => {
  it.each([
    [
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
      "not for the host name in use (IP: 10.0.0.1 is not in the cert's list): set REDIS_TLS_SERVERNAME",
    ],
    ['unable to verify the first certificate', 'set REDIS_TLS_CA_FILE'],
    ['unable to get local issuer certificate', 'set REDIS_TLS_CA_FILE'],
    ['self signed certificate in certificate chain', 'set REDIS_TLS_CA_FILE'],
    ['self-signed certificate', 'set REDIS_TLS_CA_FILE'],
    ['certificate is not yet valid', 'not valid at this time (certificate is not yet valid)'],
    [
      '80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
      'does not answer in TLS: check that this is its port for TLS',
    ],
    ['Protocol error, got "\\u0015" as reply type byte. Please report this.', 'if it requires TLS'],
    ['WRONGPASS invalid username-password pair', 'pair. Check REDIS_USERNAME and REDIS_PASSWORD.'],
    [
      "ERR The user executing the script can't run this command or subcommand script: 5c, on @user_script:3.",
      'Redis denies access: ERR The user executing the script',
    ],
    [
      "NOPERM this user has no permissions to run the 'evalsha' command",
      "'evalsha' command. Grant this permission to the user.",
    ],
    [
      'connect ECONNREFUSED 10.0.0.1:6379',
      'Redis cannot be reached (connect ECONNREFUSED 10.0.0.1:6379): check that it runs',
    ],
    ['LOADING Redis is loading', 'Redis cannot be used for now: LOADING Redis is loading'],
  ])('says of %s: %s', (message, words) => {
    expect(diagnose(new Error(message), REDIS)).toContain(words);
  });

  it('names the sentinel, and its variables', () => {
    const denial = new Error('WRONGPASS invalid');
    expect(diagnose(denial, SENTINEL)).toBe(
      'The sentinel denies access: WRONGPASS invalid. Check REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD.',
    );
    expect(diagnose(new UnansweredError(true), SENTINEL)).toMatch(/^The sentinel .*port/);
  });

  it('leaves out what differs from one attempt to the next, and the arguments of a command', () => {
    const local = diagnose(new Error('ENETUNREACH 10.0.0.1:1 - Local (0.0.0.0:5)'), REDIS);
    expect(local).toMatch(/^Redis cannot be reached \(ENETUNREACH 10\.0\.0\.1:1\):/);
    const auth = "ERR unknown command 'auth', with args beginning with: 'store' 'secret' ";
    expect(diagnose(new Error(auth), REDIS)).toBe(
      "Redis cannot be used for now: ERR unknown command 'auth'",
    );
  });
});

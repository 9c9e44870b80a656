import { describe, expect, it } from '@jest/globals';
import { diagnose, OF_REDIS, OF_SENTINEL } from './diagnosis.js';
import { UnansweredError } from './connectors.js';

describe('diagnose', () => {
  it.each([
    [
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
      "not for the name by which it is called (IP: 10.0.0.1 is not in the cert's list): set REDIS_TLS_SERVERNAME",
    ],
    ['unable to verify the first certificate', 'set REDIS_TLS_CA_FILE'],
    ['unable to get local issuer certificate', 'set REDIS_TLS_CA_FILE'],
    ['self signed certificate in certificate chain', 'set REDIS_TLS_CA_FILE'],
    ['self-signed certificate', 'set REDIS_TLS_CA_FILE'],
    ['certificate is not yet valid', 'out of its time'],
    ['80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'port without TLS'],
    ['Protocol error, got "\\u0015" as reply type byte. Please report this.', 'may want TLS'],
    ['WRONGPASS invalid username-password pair', 'pair. Check REDIS_USERNAME and REDIS_PASSWORD.'],
    [
      "ERR The user executing the script can't run this command or subcommand script: 5c, on @user_script:3.",
      'Redis denies access: ERR The user executing the script',
    ],
    ['connect ECONNREFUSED 10.0.0.1:6379', 'Redis: connect ECONNREFUSED 10.0.0.1:6379'],
  ])('says of %s: %s', (message, words) => {
    expect(diagnose(new Error(message), OF_REDIS)).toContain(words);
  });

  it('tells the sentinels from what they watch', () => {
    const denial = new Error('WRONGPASS invalid');
    expect(diagnose(denial, OF_SENTINEL)).toBe(
      'The sentinel denies access: WRONGPASS invalid. Check REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD.',
    );
    expect(diagnose(new UnansweredError(true), OF_SENTINEL)).toMatch(/^The sentinel .*port/);
  });

  it('keeps to itself what differs each time, and what a server repeats of a command', () => {
    const local = diagnose(new Error('ENETUNREACH 10.0.0.1:1 - Local (0.0.0.0:5)'), OF_REDIS);
    expect(local).toBe('Redis: ENETUNREACH 10.0.0.1:1');
    const auth = "ERR unknown command 'auth', with args beginning with: 'store' 'secret' ";
    expect(diagnose(new Error(auth), OF_REDIS)).toBe("Redis: ERR unknown command 'auth'");
  });
});

import { describe, expect, it } from '@jest/globals';
import { TIER_SCRIPTS } from './tier.scripts.js';

describe('the scripts of a tier', () => {
  it('need no command or option that came after Redis 6.0', () => {
    const scripts = Object.values(TIER_SCRIPTS).map(({ lua }) => lua.replace(/--.*$/gm, ''));
    const commands = scripts.flatMap((lua) =>
      [...lua.matchAll(/redis\.call\('(\w+)'/g)].map(([, command]) => command),
    );
    const calls = scripts.flatMap((lua) => [...lua.matchAll(/redis\.call\(/g)]);
    expect(commands).toHaveLength(calls.length);
    expect([...new Set(commands)].sort()).toEqual(
      // prettier-ignore
      ['EXISTS', 'GET', 'HDEL', 'HGET', 'HGETALL', 'HINCRBY', 'HLEN', 'HMGET', 'HSET', 'HSTRLEN', 'HVALS', 'LLEN', 'LRANGE', 'LTRIM', 'PEXPIRE',
        'PEXPIREAT', 'PTTL', 'RPUSH', 'SADD', 'SET', 'SREM', 'TIME', 'UNLINK', 'ZADD', 'ZCOUNT', 'ZRANGEBYSCORE',
        'ZREM', 'ZREMRANGEBYSCORE', 'ZSCORE'],
    );
    expect(scripts.join()).not.toMatch(/'BYSCORE'|'BYLEX'|'GT'|'LT'|'NX'|'KEEPTTL'|'REV'/);
  });
});

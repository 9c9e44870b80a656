import type { RedisScript, ScriptArgument } from '../script-connection.js';
import type { RedisClient } from './client.js';

/** Runs a script by its hash, and sends its text only to a Redis that does not have it. */
export async function runScript(
  client: RedisClient,
  { sha1, lua }: RedisScript,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha1, keys.length, ...keys, ...args);
  } catch (error) {
    // A restarted Redis does not have the script, and has done nothing. EVAL sends it along.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await client.eval(lua, keys.length, ...keys, ...args);
  }
}

import { CONVERSATIONS } from '../../support/api-client.js';
import type { Attack, Surroundings } from '../attack.js';
import { KeyServer } from '../key-server.js';
import { rawHead } from '../raw-head.js';

let keyServer: KeyServer;

async function surroundings(): Promise<Surroundings> {
  keyServer = await KeyServer.start();
  return {
    environment: { JWT_SECRET: '', JWT_JWKS_URI: keyServer.uri },
    flags: ['--import', './test/abuse/later-clock.mjs'],
    tokens: (user) => keyServer.token(user),
    close: () => keyServer.stop(),
  };
}

/** The fetched keys are older than ten minutes, and tokens with unknown key ids come as well. */
export const HANGING_KEY_SERVER: Attack = {
  name: 'the key server hangs, and 16 connections send tokens of unknown keys',
  surroundings,
  prepare: ({ service, attackers }) => {
    const Authorization = `Bearer ${keyServer.token({}, 'unknown')}`;
    const request = rawHead('GET', CONVERSATIONS, { Authorization });
    return () => {
      keyServer.hang();
      service.signal('SIGUSR2');
      attackers.repeat(16, () => request);
    };
  },
};

import { expect, it } from '@jest/globals';
import fastify from 'fastify';
import { AdmissionServer } from './admission-server.js';

it('makes a server with the settings that Fastify gives its own', async () => {
  const settings = { requestTimeout: 1_234, keepAliveTimeout: 5_678, connectionTimeout: 9_999 };
  for (const options of [{}, settings]) {
    const plain = fastify(options);
    const admitting = fastify({ ...options, serverFactory: new AdmissionServer().createServer });
    for (const name of [
      'requestTimeout',
      'keepAliveTimeout',
      'timeout',
      'headersTimeout',
    ] as const) {
      expect([name, admitting.server[name]]).toEqual([name, plain.server[name]]);
    }
    await Promise.all([plain.close(), admitting.close()]);
  }
});

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { filesIn, GuideProject } from '../support/guide-project.js';
import { ServiceProcess } from '../support/service-process.js';

/** The test compiles a project, beside whatever else runs. */
const LIMIT_MS = 120_000;

describe('docs/encryption.md, with the packed package', () => {
  const project = new GuideProject('docs/embedding.md');
  const secret = randomBytes(32);
  const vault = createServer((request, response) => {
    const isKnown = request.headers['x-vault-token'] === 'the-token';
    response.statusCode = isKnown ? 200 : 403;
    response.end(JSON.stringify({ data: { plaintext: secret.toString('base64') } }));
  });

  beforeAll(async () => {
    for (const [path, text] of filesIn('docs/encryption.md')) project.write(path, text);
    expect(project.compile()).toBe('');
    vault.listen(0, '127.0.0.1');
    await once(vault, 'listening');
  }, LIMIT_MS);
  afterAll(() => {
    vault.close();
    project.remove();
  });

  function start(token: string): Promise<ServiceProcess> {
    const environment = {
      REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
      REDIS_KEY_PREFIX: `${randomUUID()}:`,
      VAULT_ADDR: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
      VAULT_TOKEN: token,
      WRAPPED_KEYS: JSON.stringify([{ id: '2026', ciphertext: 'vault:v1:wrapped' }]),
    };
    return ServiceProcess.start(environment, join(project.folder, 'dist/main-keys.js'));
  }

  it('takes the keys of a Vault', async () => {
    const service = await start('the-token');
    expect(service.output).toContain('are encrypted with the key "2026".');
    const created = await service.client().post(CONVERSATIONS, { title: 'a title' });
    expect([created.status, created.body.title]).toEqual([201, 'a title']);
    await service.stop();
  });

  it('does not start when the Vault refuses', async () => {
    await expect(start('another')).rejects.toThrow('the key service has failed (Error HTTP-403)');
  });
});

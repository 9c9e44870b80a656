import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AzureTokenSource } from './azure-token-source.js';
import { CachedToken } from './cached-token.js';

const CLIENT_ID = '6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11';
const SCOPE = 'https://redis.azure.com/.default';

/** The real `@azure/identity` against what Container Apps and App Service run beside a process. */
describe('tokens of a managed identity', () => {
  let server: Server;
  let requests: IncomingMessage[];
  let status: number;

  beforeEach(async () => {
    requests = [];
    status = 200;
    server = createServer((request, response) => {
      requests.push(request);
      const expires_on = Math.floor(Date.now() / 1_000) + 3_600;
      const body = { access_token: 'the token', expires_on, token_type: 'Bearer' };
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? body : { message: 'No such identity.' }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${port}/msi/token`;
    process.env['IDENTITY_HEADER'] = 'of the test';
    // Not the sign-ins of developers, which take long to say that there are none.
    process.env['AZURE_TOKEN_CREDENTIALS'] = 'prod';
  });
  afterEach(async () => {
    delete process.env['IDENTITY_ENDPOINT'];
    delete process.env['IDENTITY_HEADER'];
    delete process.env['AZURE_TOKEN_CREDENTIALS'];
    server.closeAllConnections();
    await once(server.close(), 'close');
  });

  it('come with their expiry, for the scope and the identity', async () => {
    const token = await new AzureTokenSource(CLIENT_ID).getToken(SCOPE);
    expect(token.token).toBe('the token');
    expect(token.expiresAt - Date.now()).toBeGreaterThan(3_500_000);
    const [request] = requests;
    expect(request?.headers['x-identity-header']).toBe('of the test');
    expect(request?.url).toContain(`client_id=${CLIENT_ID}`);
    expect(decodeURIComponent(request?.url ?? '')).toContain('resource=https://redis.azure.com');
  });

  it('are missing with a reason when the identity is', async () => {
    status = 400;
    const token = new CachedToken(
      new AzureTokenSource('0f8fad5b-d9cb-469f-a165-70867728950e'),
      SCOPE,
    );
    await expect(token.get()).rejects.toThrow(/ManagedIdentityCredential|ChainedTokenCredential/);
  });
});

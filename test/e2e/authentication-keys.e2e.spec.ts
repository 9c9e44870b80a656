import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { ApiClient, CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { startService, type TestService } from '../support/service.js';

const CLAIMS = { sub: 'alice', tid: 'contoso' };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** An identity provider's key server, on loopback. */
class KeyServer {
  requests = 0;
  answer: { status: number; body: string };

  private constructor(
    private readonly server: Server,
    keys: object[],
  ) {
    this.answer = { status: 200, body: JSON.stringify({ keys }) };
  }

  static async start(...keys: object[]): Promise<KeyServer> {
    const server = createServer((_, response) => {
      keyServer.requests++;
      const { status, body } = keyServer.answer;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    });
    const keyServer = new KeyServer(server, keys);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return keyServer;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server.close(), 'close');
  }
}

function jwk(key: KeyObject, properties: object): object {
  return { ...key.export({ format: 'jwk' }), use: 'sig', ...properties };
}

function sign(key: KeyObject, { header, ...options }: jwt.SignOptions = {}): string {
  const algorithm = options.algorithm ?? 'RS256';
  return jwt.sign(CLAIMS, key, {
    expiresIn: '1h',
    ...options,
    algorithm,
    header: { alg: algorithm, kid: 'rsa', ...header },
  });
}

function start(uri: string, environment: Record<string, string> = {}): Promise<TestService> {
  return startService({ environment: { JWT_SECRET: '', JWT_JWKS_URI: uri, ...environment } });
}

function call(service: TestService, token: string): Promise<ApiResponse> {
  return new ApiClient(service.url, token).get(CONVERSATIONS);
}

describe('tokens of an identity provider', () => {
  let keyServer: KeyServer;
  let service: TestService;

  beforeAll(async () => {
    keyServer = await KeyServer.start(
      jwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256' }),
      jwk(ec.publicKey, { kid: 'ec', alg: 'ES256' }),
    );
    service = await start(keyServer.uri);
  });
  afterAll(async () => {
    await service.close();
    await keyServer.stop();
  });

  it('are good with its key, which is fetched once', async () => {
    for (let i = 0; i < 5; i++) {
      expect((await call(service, sign(rsa.privateKey))).status).toBe(200);
    }
    expect(keyServer.requests).toBe(1);
  });

  const pem = (type: 'spki' | 'pkcs1'): string =>
    rsa.publicKey.export({ type, format: 'pem' }).toString();

  /** jsonwebtoken itself will not sign with a public key for a secret. */
  function signedWithText(secret: string | Buffer): string {
    const [header, claims] = [
      { alg: 'HS256', kid: 'rsa' },
      { ...CLAIMS, exp: Math.floor(Date.now() / 1000) + 3_600 },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const text = `${header}.${claims}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }

  it.each<[string, () => string]>([
    ['the public key as the secret', () => signedWithText(pem('spki'))],
    ['the public key as the secret, trimmed', () => signedWithText(pem('spki').trim())],
    ['the public key as the secret, PKCS#1', () => signedWithText(pem('pkcs1'))],
    [
      'the bytes of the public key as the secret',
      () => signedWithText(rsa.publicKey.export({ type: 'spki', format: 'der' })),
    ],
    ['another key under the same id', () => sign(otherRsa.privateKey)],
    ['another algorithm for the same key', () => sign(rsa.privateKey, { algorithm: 'PS256' })],
    ['a longer hash', () => sign(rsa.privateKey, { algorithm: 'RS512' })],
    [
      'another key of the set',
      () => sign(ec.privateKey, { algorithm: 'ES256', header: { alg: 'ES256', kid: 'ec' } }),
    ],
    [
      'no signature',
      () => jwt.sign(CLAIMS, null, { algorithm: 'none', expiresIn: '1h', keyid: 'rsa' }),
    ],
    ['an unknown key id', () => sign(otherRsa.privateKey, { header: { alg: 'RS256', kid: 'x' } })],
    [
      'the key id __proto__',
      () => sign(rsa.privateKey, { header: { alg: 'RS256', kid: '__proto__' } }),
    ],
    ['an empty key id', () => sign(rsa.privateKey, { header: { alg: 'RS256', kid: '' } })],
    [
      'no key id, where there are two',
      () => sign(rsa.privateKey, { header: { kid: undefined } as never }),
    ],
    ['a key of its own', () => withOwnKey({ jwk: jwk(otherRsa.publicKey, { kid: 'rsa' }) })],
    ['the address of a key', () => withOwnKey({ jku: keyServer.uri, x5u: keyServer.uri })],
  ])('are 401 with %s', async (_, token) => {
    const response = await call(service, token());
    expectProblem(response, 401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.body.detail).toBeUndefined();
  });

  it('ask the key server nothing for made-up key ids', async () => {
    const before = keyServer.requests;
    for (let i = 0; i < 30; i++) {
      const token = sign(otherRsa.privateKey, { header: { alg: 'RS256', kid: `made up ${i}` } });
      expectProblem(await call(service, token), 401);
    }
    expect(keyServer.requests - before).toBeLessThanOrEqual(1);
    expect((await call(service, sign(rsa.privateKey))).status).toBe(200);
  });

  function withOwnKey(header: object): string {
    return sign(otherRsa.privateKey, { header: { alg: 'RS256', kid: 'rsa', ...header } });
  }
});

it('a pinned algorithm of elliptic curves takes those keys, and no others', async () => {
  const keyServer = await KeyServer.start(
    jwk(rsa.publicKey, { kid: 'rsa' }),
    jwk(ec.publicKey, { kid: 'ec' }),
  );
  const service = await start(keyServer.uri, { JWT_ALGORITHM: 'ES256' });
  const good = sign(ec.privateKey, { algorithm: 'ES256', header: { alg: 'ES256', kid: 'ec' } });
  expect((await call(service, good)).status).toBe(200);
  expectProblem(await call(service, sign(rsa.privateKey)), 401);
  await service.close();
  await keyServer.stop();
});

it('a token need not name the only key', async () => {
  const keyServer = await KeyServer.start(jwk(rsa.publicKey, {}));
  const service = await start(keyServer.uri);
  const token = sign(rsa.privateKey, { header: { kid: undefined } as never });
  expect((await call(service, token)).status).toBe(200);
  await service.close();
  await keyServer.stop();
});

describe('a key server that does not answer', () => {
  function expectUnavailable(response: ApiResponse, uri: string): void {
    expectProblem(response, 503);
    expect(response.body.type).toBe('/problems/keys-unavailable');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.text).not.toContain(new URL(uri).host);
  }

  it('is 503, since nobody can tell a good token from a bad one', async () => {
    const keyServer = await KeyServer.start();
    const { uri } = keyServer;
    await keyServer.stop();
    const service = await start(uri);
    expectUnavailable(await call(service, sign(rsa.privateKey)), uri);
    expectUnavailable(await call(service, sign(otherRsa.privateKey)), uri);
    expectProblem(await call(service, 'garbled'), 401);
    const noToken = await fetch(service.url + CONVERSATIONS);
    expect(noToken.status).toBe(401);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    await service.close();
  });

  it.each([
    [500, '{}'],
    [404, ''],
    [200, 'no JSON'],
    [200, '{}'],
    [200, '{"keys":[]}'],
    [200, '{"keys":"x"}'],
    [200, '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"rsa","use":"sig"}]}'],
  ])('is 503 where it answers %d %s', async (status, body) => {
    const keyServer = await KeyServer.start();
    keyServer.answer = { status, body };
    const service = await start(keyServer.uri);
    expectUnavailable(await call(service, sign(rsa.privateKey)), keyServer.uri);
    await service.close();
    await keyServer.stop();
  });

  it('does not concern tokens whose key is known', async () => {
    const keyServer = await KeyServer.start(jwk(rsa.publicKey, { kid: 'rsa' }));
    const service = await start(keyServer.uri);
    expect((await call(service, sign(rsa.privateKey))).status).toBe(200);
    await keyServer.stop();
    expect((await call(service, sign(rsa.privateKey))).status).toBe(200);
    await service.close();
  });
});

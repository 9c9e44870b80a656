import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { ApiClient, CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { rawRequest } from '../support/raw-request.js';
import { startService, type TestService } from '../support/service.js';
import { TEST_SECRET, aToken } from '../support/token.js';

const ISSUER = 'https://login.example.com/contoso/v2.0';
const AUDIENCE = 'api://conversations';
const CLAIMS = { sub: 'alice', tid: 'contoso' };
const SERVICE_ROLE = 'Conversations.Service';

function sign(claims: object, options: jwt.SignOptions = {}, secret = TEST_SECRET): string {
  return jwt.sign(claims, createSecretKey(Buffer.from(secret)), { expiresIn: '1h', ...options });
}

/** Signed well, whatever the header and the claims are. */
function signRaw(header: object, claims: unknown): string {
  const [head, body] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha256', TEST_SECRET).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3_600;

function expectUnauthorized(response: ApiResponse): void {
  expectProblem(response, 401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  // The same for every reason: an answer that told them apart would help to guess.
  expect(response.body).toEqual({
    type: '/problems/unauthorized',
    title: 'A valid bearer token is required.',
    status: 401,
    instance: CONVERSATIONS,
  });
}

describe('authentication', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  const get = (headers: Record<string, string>, path = CONVERSATIONS): Promise<ApiResponse> =>
    rawRequest(service.url, { method: 'GET', path, headers });
  const withToken = (token: string): Promise<ApiResponse> =>
    get({ Authorization: `Bearer ${token}` });

  it('takes a good token', async () => {
    expect((await withToken(sign(CLAIMS))).status).toBe(200);
    expect(
      (await withToken(signRaw({ alg: 'HS256' }, { ...CLAIMS, exp: inAnHour() }))).status,
    ).toBe(200);
    expect((await get({ Authorization: `bearer ${sign(CLAIMS)}` })).status).toBe(200);
  });

  describe('answers 401', () => {
    it.each([
      ['nothing', ''],
      ['no token', 'Bearer'],
      ['a space', 'Bearer '],
      ['another scheme', `Basic ${Buffer.from('alice:secret').toString('base64')}`],
      ['no scheme', aToken()],
      ['"null"', 'Bearer null'],
      ['"undefined"', 'Bearer undefined'],
      ['two dots', 'Bearer ..'],
      ['a header that is no JSON', `Bearer ${Buffer.from('{').toString('base64url')}.e30.x`],
      ['a header that is null', `Bearer ${Buffer.from('null').toString('base64url')}.e30.x`],
      ['a token in quotes', `Bearer "${aToken()}"`],
      ['a token cut short', `Bearer ${aToken().slice(0, -1)}`],
      ['a token without signature', `Bearer ${aToken().split('.').slice(0, 2).join('.')}.`],
      ['two tokens', `Bearer ${aToken()},${aToken()}`],
      ['two tokens and a space', `Bearer ${aToken()} ${aToken()}`],
      ['a token and junk', `Bearer ${aToken()} junk`],
      ['15,800 letters', 'a'.repeat(15_800)],
    ])('to %s', async (_, authorization) => {
      expectUnauthorized(await get(authorization === '' ? {} : { Authorization: authorization }));
    });

    it('to a token anywhere but in Authorization', async () => {
      const token = aToken();
      const response = await get({ Cookie: `access_token=${token}; jwt=${token}` });
      expectUnauthorized(response);
      expectUnauthorized(await get({ 'X-Authorization': `Bearer ${token}` }));
      const names = ['access_token', 'token', 'auth_token', 'jwt'];
      for (const name of names) {
        expectUnauthorized(await get({}, `${CONVERSATIONS}?${name}=${token}`));
      }
      expectUnauthorized(
        await rawRequest(service.url, {
          method: 'POST',
          path: CONVERSATIONS,
          headers: { 'Content-Type': 'application/json' },
          chunks: [JSON.stringify({ access_token: token })],
        }),
      );
    });

    it.each([
      ['another secret', () => sign(CLAIMS, {}, 'another secret of more than 32 bytes')],
      ['an empty secret', () => signedWithNothing()],
      ['HS384', () => sign(CLAIMS, { algorithm: 'HS384' })],
      ['HS512', () => sign(CLAIMS, { algorithm: 'HS512' })],
      ['alg none', () => jwt.sign(CLAIMS, null, { algorithm: 'none', expiresIn: '1h' })],
      ['alg None and a signature', () => signRaw({ alg: 'None' }, { ...CLAIMS, exp: inAnHour() })],
      ['no alg', () => signRaw({ typ: 'JWT' }, { ...CLAIMS, exp: inAnHour() })],
      ['claims of another token', () => withClaims(aToken(), { ...CLAIMS, exp: inAnHour() })],
    ])('to a token signed with %s', async (_, token) => {
      expectUnauthorized(await withToken(token()));
    });

    it.each<[string, unknown]>([
      ['expired', { ...CLAIMS, exp: 1_700_000_000 }],
      ['that never expires', CLAIMS],
      ['with exp as a string', { ...CLAIMS, exp: '99999999999' }],
      ['with exp null', { ...CLAIMS, exp: null }],
      ['not valid yet', { ...CLAIMS, exp: inAnHour(), nbf: inAnHour() }],
      ['without claims', {}],
      ['of a string', 'alice'],
      ['of null', null],
      ['of a list', [CLAIMS]],
    ])('to a token %s', async (_, claims) => {
      expectUnauthorized(await withToken(signRaw({ alg: 'HS256' }, claims)));
    });

    describe.each(['sub', 'tid'])('to a claim %s', (claim) => {
      it.each<[string, unknown]>([
        ['missing', undefined],
        ['null', null],
        ['a number', 7],
        ['a list', ['alice']],
        ['an object', { toString: 'alice' }],
        ['true', true],
        ['empty', ''],
        ['blank', ' \t\n'],
        ['with NUL', 'ali\0ce'],
        ['with half a surrogate pair', 'ali\ud83dce'],
        ['of 257 characters', 'x'.repeat(257)],
      ])('that is %s', async (_, value) => {
        const claims = { ...CLAIMS, exp: inAnHour(), [claim]: value };
        expectUnauthorized(await withToken(signRaw({ alg: 'HS256' }, claims)));
      });
    });
  });

  it.each(['x', 'x'.repeat(256), 'a:b{p1}:conv:*', 'ümlaut 😀', '__proto__'])(
    'takes any other string for a user: %s',
    async (sub) => {
      const claims = { ...CLAIMS, sub, exp: inAnHour() };
      const me = new ApiClient(service.url, signRaw({ alg: 'HS256' }, claims));
      const { status, body } = await me.post(CONVERSATIONS, {});
      expect([status, body]).toEqual([201, expect.objectContaining({ userId: sub })]);
      expect((await me.get(CONVERSATIONS)).body.data).toHaveLength(1);
    },
  );

  function signedWithNothing(): string {
    const unsigned = signRaw({ alg: 'HS256' }, { ...CLAIMS, exp: inAnHour() }).replace(
      /\.[^.]*$/,
      '',
    );
    return `${unsigned}.${createHmac('sha256', '').update(unsigned).digest('base64url')}`;
  }

  function withClaims(token: string, claims: object): string {
    const [header, , signature] = token.split('.');
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${header}.${body}.${signature}`;
  }

  describe('the service role', () => {
    const append = { messages: [{ role: 'assistant', content: 'x' }] };

    it.each<[string, object]>([
      ['roles', { roles: [SERVICE_ROLE] }],
      ['roles among others', { roles: ['Reader', SERVICE_ROLE] }],
      ['scp', { scp: `openid ${SERVICE_ROLE}` }],
      ['scope', { scope: SERVICE_ROLE }],
      ['scope as a list', { scope: ['openid', SERVICE_ROLE] }],
    ])('may come in %s', async (_, claims) => {
      const me = new ApiClient(service.url, sign({ ...CLAIMS, ...claims }));
      expect((await me.post(CONVERSATIONS, append)).status).toBe(201);
    });

    it.each<[string, object]>([
      ['nowhere', {}],
      ['another case', { roles: [SERVICE_ROLE.toLowerCase()] }],
      ['part of another', { scope: `${SERVICE_ROLE}.Read x${SERVICE_ROLE}` }],
      ['another claim', { role: SERVICE_ROLE, groups: [SERVICE_ROLE] }],
      ['a list in the list', { roles: [[SERVICE_ROLE]] }],
      ['an object', { roles: { [SERVICE_ROLE]: true } }],
    ])('is not taken from %s', async (_, claims) => {
      const me = new ApiClient(service.url, sign({ ...CLAIMS, ...claims }));
      expectProblem(await me.post(CONVERSATIONS, append), 403);
    });
  });
});

describe('issuer and audience', () => {
  let service: TestService;

  beforeAll(async () => {
    const environment = { JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_ALGORITHM: 'HS512' };
    service = await startService({ environment });
  });
  afterAll(() => service.close());

  it.each<[string, jwt.SignOptions, number]>([
    ['right', {}, 200],
    ['right among others', { audience: ['x', AUDIENCE] }, 200],
    ['of another issuer', { issuer: `${ISSUER}/` }, 401],
    ['without an issuer', { issuer: undefined }, 401],
    ['of another audience', { audience: 'api://others' }, 401],
    ['of many other audiences', { audience: ['api://others', `${AUDIENCE}x`] }, 401],
    ['without an audience', { audience: undefined }, 401],
    ['of the usual algorithm', { algorithm: 'HS256' }, 401],
  ])('%s: %j', async (_, wrong, status) => {
    const options: jwt.SignOptions = {
      algorithm: 'HS512',
      issuer: ISSUER,
      audience: AUDIENCE,
      ...wrong,
    };
    const named = Object.entries(options).filter(([, value]) => value !== undefined);
    const token = sign(CLAIMS, Object.fromEntries(named));
    const response = await new ApiClient(service.url, token).get(CONVERSATIONS);
    expect(response.status).toBe(status);
    if (status === 401) expectUnauthorized(response);
  });
});

describe('claims of other names', () => {
  let service: TestService;

  beforeAll(async () => {
    const environment = { JWT_USER_CLAIM: 'oid', JWT_TENANT_CLAIM: 'https://example.com/tenant' };
    service = await startService({ environment });
  });
  afterAll(() => service.close());

  it('name the user and the tenant', async () => {
    const claims = { ...CLAIMS, oid: 'bob', 'https://example.com/tenant': 'fabrikam' };
    const { body } = await new ApiClient(service.url, sign(claims)).post(CONVERSATIONS, {});
    expect(body).toMatchObject({ userId: 'bob', tenantId: 'fabrikam' });
  });

  it.each([CLAIMS, { ...CLAIMS, oid: 'bob' }, { sub: 'x', 'https://example.com/tenant': 'y' }])(
    'are needed: %j',
    async (claims) => {
      expectUnauthorized(await new ApiClient(service.url, sign(claims)).get(CONVERSATIONS));
    },
  );
});

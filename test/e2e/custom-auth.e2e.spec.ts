import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { of } from 'rxjs';
import type { AuthOptions, Caller } from 'conversation-store';
import { CONVERSATIONS } from '../support/api-client.js';
import { startService, type TestService } from '../support/service.js';
import { aToken } from '../support/token.js';

const ADA: Caller = { owner: { tenantId: 'contoso', userId: 'ada' }, isService: false };
const PUBLIC_ROUTES = ['/health', '/health/live', '/health/ready', '/api/openapi.json'];

interface ScriptedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  user?: unknown;
}

/** Takes the caller from a header. Another header says what the guard answers, and how. */
@Injectable()
class ScriptedGuard implements CanActivate {
  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    const request = context.switchToHttp().getRequest<ScriptedRequest>();
    const { 'x-caller': caller, 'x-answer': answer } = request.headers;
    if (caller !== undefined) request.user = JSON.parse(caller);
    if (answer === 'error') throw new Error('defect of the guard');
    if (answer === 'observable') return of(true);
    if (answer === 'promise') return Promise.resolve(true);
    return answer !== 'no';
  }
}

describe('a guard of the application', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService({
      auth: { kind: 'guard', guard: ScriptedGuard },
      environment: { NODE_ENV: 'development', JWT_SECRET: '', LOG_LEVEL: 'debug' },
    });
  });
  afterAll(() => service.close());

  const list = (caller: unknown, answer = 'yes'): Promise<Response> =>
    fetch(service.url + CONVERSATIONS, {
      headers: { 'x-caller': JSON.stringify(caller), 'x-answer': answer },
    });

  it.each(['yes', 'promise', 'observable'])('lets a caller in: %s', async (answer) => {
    expect((await list(ADA, answer)).status).toBe(200);
  });

  it('keeps callers apart', async () => {
    const headers = { 'x-caller': JSON.stringify(ADA), 'content-type': 'application/json' };
    const created = await fetch(service.url + CONVERSATIONS, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(created.status).toBe(201);
    const ofOther = await list({ ...ADA, owner: { ...ADA.owner, userId: 'grace' } });
    expect(await ofOther.json()).toEqual({ data: [], nextCursor: null });
  });

  it('refuses with 401 when the guard says no, and says why in the log alone', async () => {
    const response = await list(ADA, 'no');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('guard');
    expect(service.logLines()).toContainEqual(expect.stringMatching(/Auth.*guard.*said no/));
  });

  it.each([
    [null],
    ['ada'],
    [{}],
    [{ id: 7, email: 'ada@example.com' }],
    [{ owner: ADA.owner }],
    [{ ...ADA, isService: 'false' }],
    [{ ...ADA, owner: null }],
    [{ ...ADA, owner: 'ada' }],
    [{ ...ADA, owner: { userId: 'ada' } }],
    [{ ...ADA, owner: { tenantId: 'contoso', userId: 7 } }],
    [{ ...ADA, owner: { tenantId: '', userId: 'ada' } }],
    [{ ...ADA, owner: { tenantId: 'contoso', userId: '  ' } }],
    [{ ...ADA, owner: { tenantId: 'contoso', userId: 'a\0' } }],
    [{ ...ADA, owner: { tenantId: 'contoso', userId: 'a'.repeat(257) } }],
  ])('refuses an unusable caller: %j', async (caller) => {
    expect((await list(caller)).status).toBe(401);
  });

  it('that fails is an error of ours, and lets nobody in', async () => {
    expect((await list(ADA, 'error')).status).toBe(500);
  });

  it.each(PUBLIC_ROUTES)('does not guard %s', async (path) => {
    const headers = { 'x-answer': 'no' };
    expect((await fetch(service.url + path, { headers })).status).toBe(200);
  });

  it('takes the place of the JWT verification', async () => {
    const headers = { authorization: `Bearer ${aToken()}` };
    expect((await fetch(service.url + CONVERSATIONS, { headers })).status).toBe(401);
  });
});

const SECRETS = ['one secret of more than 32 bytes !!', 'the other secret of more than 32 bytes'];

/** With the name that passport-jwt has for all its strategies: `jwt`. */
@Injectable()
class TeamStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromHeader('x-team-token'),
      secretOrKey: SECRETS[0] as string,
      algorithms: ['HS256'],
    });
  }

  validate({ uid }: { uid?: string }): Caller | null {
    if (uid === 'nobody') return null;
    if (uid === 'defect') throw new Error('defect of the strategy');
    return { owner: { tenantId: 'contoso', userId: uid as string }, isService: false };
  }
}

describe('a Passport strategy of the application', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService({ auth: { kind: 'passport', strategy: TeamStrategy } });
  });
  afterAll(() => service.close());

  const list = async (claims: object, secret = SECRETS[0] as string): Promise<number> => {
    const headers = { 'x-team-token': jwt.sign(claims, secret) };
    return (await fetch(service.url + CONVERSATIONS, { headers })).status;
  };

  it('lets in whom it finds, and nobody else', async () => {
    expect(await list({ uid: 'ada' })).toBe(200);
    expect(await list({ uid: 'ada' }, SECRETS[1])).toBe(401);
    expect(await list({ uid: 'nobody' })).toBe(401);
    expect(await list({})).toBe(401);
    expect((await fetch(service.url + CONVERSATIONS)).status).toBe(401);
  });

  it('that fails is an error of ours, and lets nobody in', async () => {
    expect(await list({ uid: 'defect' })).toBe(500);
  });

  it.each(PUBLIC_ROUTES)('does not guard %s', async (path) => {
    expect((await fetch(service.url + path)).status).toBe(200);
  });
});

describe('several services in one process', () => {
  const auth = (secret: string): AuthOptions => ({
    kind: 'jwt',
    keys: { kind: 'secret', algorithm: 'HS256', secret },
  });

  it('each verify tokens with their own keys, whatever Passport knows by name', async () => {
    const services = await Promise.all(
      SECRETS.map((secret) => startService({ auth: auth(secret) })),
    );
    passport.use('jwt', new TeamStrategy());
    const statuses = SECRETS.map((secret) =>
      services.map(async ({ url }) => {
        const token = jwt.sign({ sub: 'ada', tid: 'contoso' }, secret, { expiresIn: '1h' });
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(url + CONVERSATIONS, { headers })).status;
      }),
    );
    expect(await Promise.all(statuses.map((row) => Promise.all(row)))).toEqual([
      [200, 401],
      [401, 200],
    ]);
    await Promise.all(services.map((service) => service.close()));
  });

  it('refuse a secret that is too short', async () => {
    await expect(startService({ auth: auth('short') })).rejects.toThrow(/32 bytes or more/);
  });
});

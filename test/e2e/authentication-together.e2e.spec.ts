import { setTimeout as delay } from 'node:timers/promises';
import { PassportStrategy } from '@nestjs/passport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthOptions, Caller } from 'conversation-store';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { rawExchange } from '../support/raw-exchange.js';
import { startService, type TestService } from '../support/service.js';
import { aToken, TEST_SECRET } from '../support/token.js';

const USERS = ['a', 'b', 'c', 'd'];

/** Knows the caller some iterations of the event loop later, as a strategy that asks a server does. */
class SlowStrategy extends PassportStrategy(Strategy, 'slow') {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: TEST_SECRET,
    });
  }

  async validate({ tid, sub }: { tid: string; sub: string }): Promise<Caller> {
    await delay(10);
    return { owner: { tenantId: tid, userId: sub }, isService: false };
  }
}

/** The titles that each user sees, when all of them list at the same time with tokens that are new. */
async function listTogether({ url }: TestService): Promise<unknown[]> {
  const requests = USERS.map((user) =>
    [
      `GET ${CONVERSATIONS} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${tokenOf(user, 'new')}`,
      `Connection: ${user === USERS.at(-1) ? 'close' : 'keep-alive'}`,
      '\r\n',
    ].join('\r\n'),
  );
  const bytes = Buffer.from(requests.join(''));
  const answers = await rawExchange(Number(new URL(url).port), bytes, { patience: 20_000 });
  return answers.map(({ text }) => {
    const { data } = JSON.parse(text) as { data: { title: string }[] };
    return data.map(({ title }) => title);
  });
}

function tokenOf(sub: string, role = 'old'): string {
  return aToken({ tid: 'contoso', sub, roles: [role] });
}

const AUTH: readonly (readonly [string, { auth?: AuthOptions }])[] = [
  ['tokens', {}],
  ['a strategy of the application', { auth: { kind: 'passport', strategy: SlowStrategy } }],
];

describe.each(AUTH)('requests that %s authenticate at the same time', (_, options) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(options);
  });
  afterAll(() => service.close());

  it('are each of their own user', async () => {
    for (const user of USERS) {
      const created = await new ApiClient(service.url, tokenOf(user)).post(CONVERSATIONS, {
        title: user,
      });
      expect(created.status).toBe(201);
    }
    expect(await listTogether(service)).toEqual(USERS.map((user) => [user]));
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Body, Controller, Get, Injectable, Post } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Public } from 'conversation-store';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import secureJson from 'secure-json-parse';
import { CONVERSATIONS } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { aToken } from '../support/token.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Holds the answers of the routes below. */
class Gate {
  waiting = 0;
  private readonly opens: (() => void)[] = [];

  async pass(): Promise<string> {
    this.waiting++;
    await new Promise<void>((resolve) => this.opens.push(resolve));
    this.waiting--;
    return 'passed';
  }

  open(): void {
    for (const open of this.opens.splice(0)) open();
  }
}

const gate = new Gate();

@Controller('mixed')
class MixedController {
  @Get('open')
  @Public()
  open(): Promise<string> {
    return gate.pass();
  }

  // The route has a configuration of its own beside the mark.
  @Post('echo')
  @Public()
  @RouteConfig({ waits: true })
  echo(@Body() body: unknown): unknown {
    return { body };
  }

  @Post('guarded')
  @RouteConfig({ waits: true })
  guarded(@Body() body: unknown): unknown {
    return { body };
  }
}

class Base {
  @Post()
  shared(): string {
    return 'shared';
  }
}

@Public()
@Controller('open-heir')
class OpenHeir extends Base {}

@Controller('guarded-heir')
class GuardedHeir extends Base {}

const controllers = [MixedController, OpenHeir, GuardedHeir];

/** The status of the answer to the head of a POST whose body never comes. */
async function statusOfHead(url: string, headers: Record<string, string> = {}): Promise<number> {
  const outgoing = request(url, {
    method: 'POST',
    agent: false,
    headers: { ...JSON_TYPE, 'Content-Length': '1000', ...headers },
  });
  outgoing.on('error', () => undefined).flushHeaders();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  outgoing.destroy();
  return incoming.statusCode ?? 0;
}

describe('the token', () => {
  let service: TestService;

  beforeEach(async () => {
    service = await startService({ controllers, environment: { MAX_UNVERIFIED_REQUESTS: '2' } });
  });
  afterEach(async () => {
    gate.open();
    jest.restoreAllMocks();
    await service.close();
  });

  it('is checked before the body has come, which is never parsed without a good one', async () => {
    const parse = jest.spyOn(secureJson, 'parse');
    for (const path of [CONVERSATIONS, '/mixed/guarded']) {
      expect(await statusOfHead(service.url + path)).toBe(401);
      for (const token of ['garbled', `${aToken()} junk`, aToken().slice(0, -1)]) {
        const headers = { Authorization: `Bearer ${token}` };
        expect(await statusOfHead(service.url + path, headers)).toBe(401);
        const post = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: '{' };
        expect((await fetch(service.url + path, post)).status).toBe(401);
      }
    }
    expect(await statusOfHead(`${service.url}/nowhere`)).toBe(404);
    expect(parse).toHaveBeenCalledTimes(0);
    expect((await service.client().post(CONVERSATIONS, {})).status).toBe(201);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('is not needed where a route or its controller is public', async () => {
    const post = { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' };
    const echo = await fetch(`${service.url}/mixed/echo`, post);
    expect([echo.status, await echo.json()]).toEqual([201, { body: { a: 1 } }]);
    expect((await fetch(`${service.url}/open-heir`, post)).status).toBe(201);
    expect((await fetch(`${service.url}/guarded-heir`, post)).status).toBe(401);
    expect((await fetch(`${service.url}/mixed/guarded`, post)).status).toBe(401);
    const guarded = await service.client().post('/mixed/guarded', { a: 1 });
    expect([guarded.status, guarded.body]).toEqual([201, { body: { a: 1 } }]);
  });

  it('that is verified is not touched by requests without one, which share a few slots', async () => {
    const open = Array.from({ length: 2 }, () => fetch(`${service.url}/mixed/open`));
    await until(() => gate.waiting === 2);
    const queued = Array.from({ length: 8 }, () => fetch(`${service.url}/mixed/open`));
    const refused = await Promise.race(queued);
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ bound: 'unverified-requests' }),
    ]);
    expect(gate.waiting).toBe(2);
    const me = service.client();
    for (let i = 0; i < 3; i++) expect((await me.post(CONVERSATIONS, {})).status).toBe(201);
    expect((await fetch(service.url + CONVERSATIONS)).status).toBe(401);
    await Promise.all(queued);
    gate.open();
    for (const { status } of await Promise.all(open)) expect(status).toBe(200);
  });
});

@Injectable()
class ClosedGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

it('a guard of the application decides after the body has been parsed', async () => {
  const service = await startService({ auth: { kind: 'guard', guard: ClosedGuard } });
  const parse = jest.spyOn(secureJson, 'parse');
  const post = { method: 'POST', headers: JSON_TYPE, body: '{}' };
  expect((await fetch(service.url + CONVERSATIONS, post)).status).toBe(401);
  expect(parse).toHaveBeenCalledTimes(1);
  parse.mockRestore();
  await service.close();
});

describe('a key server that hangs', () => {
  let keyServer: Server;
  let service: TestService;
  let asked = 0;

  beforeEach(async () => {
    asked = 0;
    keyServer = createServer(() => asked++);
    await once(keyServer.listen(0, '127.0.0.1'), 'listening');
    const { port } = keyServer.address() as AddressInfo;
    service = await startService({
      environment: {
        JWT_SECRET: '',
        JWT_JWKS_URI: `http://127.0.0.1:${port}/keys`,
        MAX_UNVERIFIED_REQUESTS: '2',
        SLOT_WAIT_MS: '100',
      },
    });
  });
  afterEach(async () => {
    keyServer.closeAllConnections();
    keyServer.close();
    await service.close();
  });

  it('has few tokens with unknown keys wait, and refuses more', async () => {
    const headers = { Authorization: `Bearer ${aToken()}` };
    const waiting = Array.from({ length: 2 }, () =>
      fetch(service.url + CONVERSATIONS, { headers }),
    );
    await until(() => asked === 1);
    const refused = await fetch(service.url + CONVERSATIONS, { headers });
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ bound: 'unverified-requests' }),
    ]);
    expect((await fetch(service.url + CONVERSATIONS)).status).toBe(401);
    keyServer.closeAllConnections();
    for (const answer of await Promise.all(waiting)) {
      expect(await answer.json()).toMatchObject({ type: '/problems/keys-unavailable' });
    }
  });
});

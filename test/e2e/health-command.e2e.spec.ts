import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { freePort } from '../support/free-port.js';

describe('dist/cli/health.js', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
  });

  /** A stand-in for the service; without a status, it does not answer. Resolves with its port. */
  async function serve(status: number | undefined, host = '127.0.0.1'): Promise<string> {
    server = createServer((request, response) => {
      if (status === undefined) return;
      response.writeHead(request.url === '/health/live' ? status : 404).end();
    }).listen(0, host);
    await once(server, 'listening');
    return String((server.address() as AddressInfo).port);
  }

  function health(PORT: string, HOST = ''): Promise<CommandResult> {
    return CommandProcess.run('cli/health.js', [], { environment: { PORT, HOST } });
  }

  it.each(['', '0.0.0.0', '127.0.0.1', 'localhost'])(
    'ends with 0 when a service with HOST=%s lives, and prints nothing',
    async (host) => {
      const port = await serve(200);
      expect(await health(port, host)).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  it('finds a service that listens on IPv6', async () => {
    const port = await serve(200, '::1');
    expect(await health(port, '::')).toMatchObject({ code: 0 });
  });

  it('asks METRICS_PORT when the service has one', async () => {
    const METRICS_PORT = await serve(200);
    const environment = { PORT: String(await freePort()), METRICS_PORT };
    expect(await CommandProcess.run('cli/health.js', [], { environment })).toMatchObject({
      code: 0,
    });
  });

  it('ends with 1 when the service answers something else', async () => {
    const { code, stderr } = await health(await serve(503));
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The service answers 503.\n' });
  });

  it('ends with 1 when nothing listens', async () => {
    const { code, stderr } = await health(String(await freePort()));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The service does not answer: .*ECONNREFUSED/);
  });

  it('ends with 1 within three seconds when the service does not answer', async () => {
    const port = await serve(undefined);
    const begun = performance.now();
    expect(await health(port)).toMatchObject({ code: 1 });
    expect(performance.now() - begun).toBeGreaterThan(1_900);
  });
});

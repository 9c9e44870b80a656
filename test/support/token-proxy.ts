import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A token in a command AUTH, as a fake source makes it. */
const TOKEN = /AUTH\r\n\$\d+\r\n[^\r]+\r\n\$\d+\r\n(eyJ\w+)\r\n/gi;

/** Bytes of a command AUTH at most. */
const TAIL = 512;

/**
 * In front of a Redis: it knows with which token each connection has authenticated last, and closes a
 * connection whose token has expired, as Azure does. Redis itself has no such thing.
 */
export class TokenProxy {
  private readonly clients = new Set<Socket>();
  private readonly tokens = new Map<Socket, string>();

  private constructor(private readonly server: Server) {}

  /** Leads to a port that may be known only later. */
  static async start(targetPort: () => number): Promise<TokenProxy> {
    const server = createServer();
    const proxy = new TokenProxy(server);
    server.on('connection', (client) => proxy.accept(client, targetPort()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections have authenticated. */
  get connections(): number {
    return this.tokens.size;
  }

  /** Closes the connections that have authenticated with it last; returns how many there were. */
  expire(token: string): number {
    const expired = [...this.tokens].filter(([, last]) => last === token);
    for (const [client] of expired) client.destroy();
    return expired.length;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    if (this.server.listening) await once(this.server.close(), 'close');
  }

  private accept(client: Socket, targetPort: number): void {
    const server = connect(targetPort, '127.0.0.1');
    let tail = '';
    this.clients.add(client);
    client.on('data', (chunk) => {
      const text = tail + chunk.toString('latin1');
      const token = [...text.matchAll(TOKEN)].at(-1)?.[1];
      if (token !== undefined) this.tokens.set(client, token);
      tail = text.slice(-TAIL);
      server.write(chunk);
    });
    server.on('data', (chunk) => client.write(chunk));
    client
      .on('error', () => undefined)
      .on('close', () => {
        this.clients.delete(client);
        this.tokens.delete(client);
        server.destroy();
      });
    server.on('error', () => undefined).on('close', () => client.destroy());
  }
}

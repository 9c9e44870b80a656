import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A network that forgets a connection without traffic, and tells nobody: what comes later on it gets lost.
 * Azure's load balancers do so after four minutes.
 */
export class IdleCuttingProxy {
  /** Connections that were forgotten. */
  forgotten = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(targetPort: number, idleMs: number): Promise<IdleCuttingProxy> {
    const server = createServer();
    const proxy = new IdleCuttingProxy(server);
    server.on('connection', (client) => proxy.accept(client, targetPort, idleMs));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await once(this.server.close(), 'close');
  }

  private accept(client: Socket, targetPort: number, idleMs: number): void {
    const server = connect(targetPort, '127.0.0.1');
    let isForgotten = false;
    const timer = setTimeout(() => {
      isForgotten = true;
      this.forgotten++;
    }, idleMs);
    const pass = (to: Socket) => (chunk: Buffer) => {
      if (isForgotten) return;
      timer.refresh();
      to.write(chunk);
    };
    client.on('data', pass(server));
    server.on('data', pass(client));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearTimeout(timer);
          this.sockets.delete(socket);
          // The end of a forgotten connection gets lost, too.
          if (!isForgotten) other.destroy();
        });
    }
  }
}

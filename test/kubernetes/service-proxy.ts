import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A Service with its kube-proxy: new connections go to one of its endpoints, by chance. It knows nothing of
 * HTTP, and leaves a connection where it is when its endpoint goes.
 */
export class ServiceProxy {
  /** The ports of the pods. */
  endpoints: readonly number[] = [];
  /** The pod of each connection, by the port that the client has. A connection that nobody accepted has none. */
  private readonly pods = new Map<number, number>();
  private readonly refused = new Set<number>();
  /** Connections that no pod has taken. */
  refusals = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.accept(socket));
  }

  static async start(): Promise<ServiceProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ServiceProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The port of the pod that has, or had, the connection of this client's port. */
  podOf(clientPort: number): number | undefined {
    return this.pods.get(clientPort);
  }

  /** True when no pod took the connection: without this proxy, its client could not have connected. */
  wasRefused(clientPort: number): boolean {
    return this.refused.has(clientPort);
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    const clientPort = client.remotePort ?? 0;
    this.refused.delete(clientPort);
    this.pods.delete(clientPort);
    const port = this.endpoints[Math.floor(Math.random() * this.endpoints.length)];
    this.sockets.add(client);
    client.once('close', () => this.sockets.delete(client));
    client.on('error', () => undefined);
    if (port === undefined) {
      this.refuse(client, clientPort);
      return;
    }
    this.pods.set(clientPort, port);
    const pod = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    let isConnected = false;
    pod.once('connect', () => (isConnected = true));
    pod.on('error', () => {
      if (isConnected) client.resetAndDestroy();
      else this.refuse(client, clientPort);
    });
    client.once('close', () => pod.destroy());
    client.pipe(pod);
    pod.pipe(client);
  }

  private refuse(client: Socket, clientPort: number): void {
    this.refusals++;
    this.refused.add(clientPort);
    client.resetAndDestroy();
  }
}

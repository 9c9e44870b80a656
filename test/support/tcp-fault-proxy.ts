import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpLane, type LaneRule } from './tcp-lane.js';

/** One accepted connection, and ours to the server behind it. */
interface Connection {
  readonly sockets: readonly [Socket, Socket];
  readonly lanes: readonly [TcpLane, TcpLane];
}

/** A network on loopback that a test can break: between whoever connects to it and one server. */
export class TcpFaultProxy {
  /** Towards the server, and back: each can be delayed or stalled alone. */
  readonly requests: LaneRule = { delayMs: 0, isStalled: false };
  readonly replies: LaneRule = { delayMs: 0, isStalled: false };
  private readonly connections = new Set<Connection>();
  private dropped: ((reply: Buffer) => boolean) | undefined;

  private constructor(
    private readonly server: Server,
    private targetPort: number,
  ) {}

  static async start(targetPort: number): Promise<TcpFaultProxy> {
    const server = createServer();
    const proxy = new TcpFaultProxy(server, targetPort);
    server.on('connection', (client) => proxy.accept(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The URL of a server with this proxy in its place. */
  urlInPlaceOf(url: string): string {
    const proxied = new URL(url);
    proxied.port = String(this.port);
    return proxied.href;
  }

  /** Leads to another server from now on, and cuts what leads to the former one. */
  leadTo(targetPort: number): void {
    this.targetPort = targetPort;
    this.cut();
  }

  /** Cuts every connection, with all that is on its way; returns how many there were. */
  cut(): number {
    const { size } = this.connections;
    for (const connection of [...this.connections]) this.close(connection);
    return size;
  }

  /** Nothing gets through, in either direction, and nobody is told. */
  stall(): void {
    this.requests.isStalled = true;
    this.replies.isStalled = true;
  }

  /** What was on its way arrives after all, also of connections that have been given up since. */
  resume(): void {
    this.requests.isStalled = false;
    this.replies.isStalled = false;
    for (const { lanes } of this.connections) for (const lane of lanes) lane.pump();
  }

  /** The next reply of this kind gets lost with its connection; resolves once that has happened. */
  dropNextReply(isOfKind: (reply: Buffer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.dropped = (reply) => {
        if (!isOfKind(reply)) return false;
        this.dropped = undefined;
        resolve();
        return true;
      };
    });
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    const sockets = [client, server] as const;
    const lanes = [new TcpLane(server, this.requests), new TcpLane(client, this.replies)] as const;
    const connection = { sockets, lanes };
    this.connections.add(connection);
    const [toServer, toClient] = lanes;
    client.on('data', (request) => toServer.push(request));
    server.on('data', (reply) => {
      if (this.dropped?.(reply)) this.close(connection);
      else toClient.push(reply);
    });
    client.on('close', () => toServer.end());
    server.on('close', () => toClient.end());
    for (const socket of sockets) {
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (sockets.every(({ destroyed }) => destroyed)) this.connections.delete(connection);
      });
    }
  }

  private close(connection: Connection): void {
    this.connections.delete(connection);
    for (const lane of connection.lanes) lane.drop();
    for (const socket of connection.sockets) socket.destroy();
  }
}

import { Socket } from 'node:net';

/** The sockets of all connections: a server that is frozen or cut off never ends its side of them. */
export class PostgresSockets {
  private readonly open = new Set<Socket>();

  create(): Socket {
    const socket = new Socket();
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  }

  /** Ends all of them once what was written has left the process. */
  end(): void {
    for (const socket of this.open) {
      if (socket.connecting) socket.destroy();
      else socket.destroySoon();
    }
  }
}

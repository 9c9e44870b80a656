import { connect } from 'node:net';

/** Milliseconds that guard a test against hanging. */
const PATIENCE_MS = 20_000;

/** The status of the first answer to these bytes, which may be a part of a request; 0 when there is none. */
export function firstStatus(port: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const settle = (status: number): void => {
      socket.destroy();
      resolve(status);
    };
    socket.once('data', (data: Buffer) => settle(Number(data.toString('latin1', 9, 12))));
    socket.once('error', () => settle(0));
    socket.setTimeout(PATIENCE_MS, () => settle(0));
  });
}

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AbstractConnector } from 'ioredis';
import { reportingConnector } from './reporting-connectors.js';
import { UnansweredError } from './socket-failure.js';

describe('the connections of a reporting connector', () => {
  let server: Server;
  let reports: (Error | undefined)[];
  let reported: () => void;
  const connected: Socket[] = [];

  beforeEach(async () => {
    reports = [];
    reported = () => undefined;
    server = createServer((socket) => connected.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of connected.splice(0)) socket.destroy();
    server.close();
  });

  async function connect(tls?: object): Promise<Socket> {
    const { port } = server.address() as AddressInfo;
    const { Connector } = reportingConnector((failure) => {
      reports.push(failure);
      reported();
    });
    const connector: AbstractConnector = new (
      Connector as new (options: object) => AbstractConnector
    )({ host: '127.0.0.1', port, ...(tls && { tls }) });
    const stream = await connector.connect(() => undefined);
    connected.push(stream);
    return stream;
  }

  function nextReport(): Promise<void> {
    return new Promise((resolve) => (reported = resolve));
  }

  it('survive a second error, to which ioredis does not listen', async () => {
    const stream = await connect();
    stream.once('error', () => undefined);
    const [first, second] = [new Error('first'), new Error('second')];
    stream.emit('error', first);
    expect(() => stream.emit('error', second)).not.toThrow();
    expect(reports).toEqual([first, second]);
  });

  it.each([
    ['without TLS', undefined, false],
    ['with TLS', {}, true],
  ])(
    'report %s that they are unanswered, and not the reset that follows',
    async (_, tls, isTls) => {
      const stream = await connect(tls);
      await nextReport();
      expect(reports).toEqual([expect.any(UnansweredError)]);
      expect((reports[0] as UnansweredError).tls).toBe(isTls);
      const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      stream.emit('error', reset);
      expect(reports).toHaveLength(1);
    },
  );

  it('report no failure after the first answer', async () => {
    server.on('connection', (socket) => socket.write('+OK\r\n'));
    await connect();
    await nextReport();
    if (reports.length === 1) await nextReport();
    expect(reports).toEqual([expect.any(UnansweredError), undefined]);
  });

  it('send the writes of one iteration of the event loop together, eight at a time', async () => {
    const stream = await connect();
    await nextReport();
    const received: string[] = [];
    const peer = connected.find((socket) => socket !== stream) as Socket;
    peer.setEncoding('utf8').on('data', (text: string) => received.push(text));
    const sent: number[] = [];
    const writev = (stream as unknown as { _writev: (chunks: unknown[], done: unknown) => void })
      ._writev;
    jest
      .spyOn(stream as unknown as { _writev: typeof writev }, '_writev')
      .mockImplementation(function (this: unknown, chunks, done) {
        sent.push(chunks.length);
        writev.call(stream, chunks, done);
      });
    const texts = Array.from({ length: 19 }, (_, i) => `${i} `);
    for (const text of texts) stream.write(text);
    expect(sent).toEqual([8, 8]);
    for (let i = 0; i < 100 && received.join('').length < texts.join('').length; i++) {
      await delay(10);
    }
    expect(received.join('')).toBe(texts.join(''));
    expect(sent).toEqual([8, 8, 3]);
    expect(stream.writableCorked).toBe(0);
  });
});

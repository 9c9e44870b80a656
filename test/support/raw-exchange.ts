import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface ExchangeOptions {
  /** Milliseconds without a byte after which the client hangs up. */
  readonly patience: number;
  /** The request is HEAD: its answer ends with the head. */
  readonly isHead?: boolean;
}

/** Sends these bytes on a connection of their own, and reads what comes until it is closed. */
export async function rawExchange(
  port: number,
  bytes: Buffer,
  { patience, isHead = false }: ExchangeOptions,
): Promise<RawAnswer[]> {
  const received = await new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // What is refused early is cut off: by then the answer is there, or there is none.
    socket.on('error', () => undefined);
    socket.setTimeout(patience, () => {
      socket.end();
      socket.setTimeout(patience, () => socket.destroy());
    });
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  return [...answersIn(received, isHead)].filter(({ status }) => status >= 200);
}

function* answersIn(received: Buffer, isHead: boolean): Iterable<RawAnswer> {
  for (let rest = received; rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const [, code] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
    if (end < 0 || !code) throw new Error(`No answer in HTTP: ${rest.toString('latin1', 0, 200)}`);
    const status = Number(code);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const isBare = isHead || status < 200 || status === 204 || status === 304;
    const [body, length] = isBare ? [Buffer.alloc(0), 0] : bodyOf(headers, rest.subarray(end + 4));
    yield { status, headers, text: body.toString() };
    // What cannot be parsed is refused with a body, whatever its method was.
    if (isHead && status >= 200) return;
    rest = rest.subarray(end + 4 + length);
  }
}

/** The body, and the bytes that it took. */
function bodyOf(headers: ReadonlyMap<string, string>, rest: Buffer): [Buffer, number] {
  if (headers.get('transfer-encoding') !== 'chunked') {
    const length = Number(headers.get('content-length') ?? rest.length);
    return [rest.subarray(0, length), length];
  }
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = rest.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(rest.toString('latin1', at, line), 16);
    if (!(size > 0)) return [Buffer.concat(chunks), line < 0 ? rest.length : line + 4];
    chunks.push(rest.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

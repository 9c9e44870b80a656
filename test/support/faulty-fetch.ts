import { setTimeout as delay } from 'node:timers/promises';

/** What a fetch does with a request that a test has named, in place of passing it on. */
type Fault = (request: Request, pass: () => Promise<Response>) => Promise<Response>;

interface PlannedFault {
  readonly matches: (request: Request) => boolean;
  readonly fault: Fault;
  times: number;
}

/** A `fetch` whose network fails as a test says. */
export class FaultyFetch {
  /** What was sent: `METHOD path`, in order. */
  readonly requests: Request[] = [];
  private readonly faults: PlannedFault[] = [];

  readonly fetch = async (...input: Parameters<typeof fetch>): Promise<Response> => {
    const request = new Request(...input);
    this.requests.push(request.clone());
    const planned = this.faults.find(({ times, matches }) => times > 0 && matches(request));
    if (!planned) return fetch(request);
    planned.times -= 1;
    return planned.fault(request, () => fetch(request));
  };

  /** The requests of a method whose path has this in it. */
  sent(method: string, path = ''): Request[] {
    return this.requests.filter(
      (request) => request.method === method && new URL(request.url).pathname.includes(path),
    );
  }

  /** The request does not reach the service. */
  refuse(method: string, times = 1): void {
    this.plan(method, times, () => Promise.reject(new TypeError('fetch failed')));
  }

  /** The service gets the request, and its answer is lost. */
  loseAnswer(method: string, times = 1): void {
    this.plan(method, times, async (_, pass) => {
      await (await pass()).text();
      throw new TypeError('fetch failed');
    });
  }

  /** Something else answers in place of the service. */
  answer(method: string, answer: () => Response, times = 1): void {
    this.plan(method, times, () => Promise.resolve(answer()));
  }

  /** The connection breaks when so many bytes of the body have come. */
  breakAfter(method: string, bytes: number, times = 1): void {
    this.cutAfter(method, bytes, times, (body) => body.error(new TypeError('terminated')));
  }

  /** Nothing more comes when so many bytes of the body have come. */
  stallAfter(method: string, bytes: number, times = 1): void {
    this.cutAfter(method, bytes, times, () => undefined);
  }

  private cutAfter(
    method: string,
    bytes: number,
    times: number,
    end: (body: TransformStreamDefaultController<Uint8Array>) => void,
  ): void {
    this.plan(method, times, async (_, pass) => {
      const { body, status, headers } = await pass();
      let left = bytes;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          const part = piece.subarray(0, left);
          if (part.length > 0) controller.enqueue(part);
          left -= part.length;
          if (left === 0) end(controller);
        },
        // The end of what is left out is left out, too.
        flush: (controller) => (left === 0 ? new Promise<void>(() => end(controller)) : undefined),
      });
      return new Response(body?.pipeThrough(cut) ?? null, { status, headers });
    });
  }

  /** Nothing answers, until the request is aborted. */
  hang(method: string, times = 1): void {
    this.plan(
      method,
      times,
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new TypeError('aborted')));
        }),
    );
  }

  /** The connection breaks behind the event, of a stream, that has this text in it. */
  breakBehind(method: string, text: string): void {
    this.plan(method, 1, async (_, pass) => {
      const { body, status, headers } = await pass();
      const decoder = new TextDecoder();
      let passed = '';
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          const before = passed.length;
          passed += decoder.decode(piece, { stream: true });
          const end = passed.includes(text) ? passed.indexOf('\n\n', passed.indexOf(text)) : -1;
          const part = end < 0 ? passed.slice(before) : passed.slice(before, end + 2);
          controller.enqueue(new TextEncoder().encode(part));
          // Later, since an error drops what nobody has read yet.
          if (end >= 0) setTimeout(() => controller.error(new TypeError('terminated')), 20);
        },
      });
      return new Response(body?.pipeThrough(cut) ?? null, { status, headers });
    });
  }

  /** The next request whose path has this in it reaches the service later. */
  slowDown(path: string, ms: number): void {
    const matches = ({ url }: Request): boolean => url.includes(path);
    const fault: Fault = async (_, pass) => {
      await delay(ms);
      return pass();
    };
    this.faults.push({ matches, fault, times: 1 });
  }

  private plan(method: string, times: number, fault: Fault): void {
    this.faults.push({ matches: (request) => request.method === method, fault, times });
  }
}

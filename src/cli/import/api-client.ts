import { ImportStoppedError, refuse } from './import.errors.js';
import { retryDelay } from './retry-delay.js';

const MAX_ATTEMPTS = 8;
const REQUEST_TIMEOUT_MS = 30_000;

/** 429, 503, and the statuses of a gateway that cannot reach the service. */
const TRANSIENT = new Set([429, 502, 503, 504]);

export interface ApiOptions {
  readonly url: string;
  readonly token: string;
  /** Waits so many milliseconds before the next attempt. Rejects when the import must stop. */
  readonly pause: (ms: number, failure: string) => Promise<void>;
}

export interface ApiAnswer<Body> {
  readonly body: Body;
  /** The service repeated its answer to an earlier request under the same key. */
  readonly isReplayed: boolean;
  /** The client sent the request more than once, so the earlier request may be the same one. */
  readonly isRetried: boolean;
}

interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The REST API. Retries what failed for a transient reason. A retried POST has the same key. */
export class ImportApi {
  constructor(private readonly options: ApiOptions) {}

  /** @throws RefusedError, ImportStoppedError */
  async get<Body>(path: string): Promise<Body> {
    return (await this.send<Body>(path, {})).body;
  }

  /** @throws RefusedError, ImportStoppedError */
  post<Body>(path: string, body: unknown, idempotencyKey: string): Promise<ApiAnswer<Body>> {
    return this.send(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
      body: JSON.stringify(body),
    });
  }

  /** Sends a merge patch, which may be sent again. @throws RefusedError, ImportStoppedError */
  async patch(path: string, body: unknown): Promise<void> {
    await this.send(path, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  private async send<Body>(path: string, request: ApiRequest): Promise<ApiAnswer<Body>> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.attempt(path, request);
      if (typeof response !== 'string' && !TRANSIENT.has(response.status)) {
        const { status, headers, body } = response;
        if (status >= 300) refuse(status, body);
        if (body === undefined) {
          throw new ImportStoppedError('The answer is not from the service. Check the URL.');
        }
        const isReplayed = headers.get('idempotency-replayed') === 'true';
        return { body: body as Body, isReplayed, isRetried: attempt > 1 };
      }
      const isLost = typeof response === 'string';
      const failure = isLost ? response : `status ${response.status}`;
      if (attempt === MAX_ATTEMPTS) {
        throw new ImportStoppedError(`The service is not available: ${failure}.`);
      }
      const retryAfter = isLost ? null : response.headers.get('retry-after');
      await this.options.pause(retryDelay(attempt, retryAfter), failure);
    }
  }

  /** The response, or the reason why there is none. */
  private async attempt(path: string, request: ApiRequest): Promise<ApiResponse | string> {
    const { url, token } = this.options;
    try {
      const response = await fetch(url + path, {
        ...request,
        headers: { ...request.headers, Authorization: `Bearer ${token}` },
        // A redirect would send the token to another address.
        redirect: 'manual',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const body = parse(await response.text());
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      return describeFailure(error);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Shows only the code of the error: its message may show the request. */
function describeFailure(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${REQUEST_TIMEOUT_MS / 1000} seconds`;
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : name;
}

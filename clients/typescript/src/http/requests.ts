import { authorization, type AccessToken } from '../access-token.js';
import type { ProblemError } from '../problem-error.js';
import { delay, reasonOf } from './delay.js';
import { afterDoubt, noToken, readProblem, unreachable } from './read-problem.js';
import { RetryPolicy, type Repeatable, type RetryOptions } from './retry-policy.js';

/** A request as its method makes it. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base address, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly repeatable: Repeatable;
}

/** Sends requests: with the token, and again when that helps. */
export class Requests {
  readonly retries: RetryPolicy;
  /** The new token that requests wait for whose token was refused. */
  private refreshed: Promise<string> | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly token: AccessToken,
    private readonly sendOnce: typeof fetch,
    retry: RetryOptions,
  ) {
    this.retries = new RetryPolicy(retry);
  }

  /**
   * The answer of success.
   * @throws ProblemError, and the reason of the signal. The problem is that of the last attempt, and says that the change may
   * have been applied when this is so of any attempt.
   */
  async send(request: ServiceRequest): Promise<Response> {
    let mayHaveBeenApplied = false;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.attempt(request);
      if (answer instanceof Response) return answer;
      // An attempt whose answer was lost has deleted it.
      const isGone = attempt > 1 && request.method === 'DELETE' && answer.status === 404;
      if (isGone) return new Response(null, { status: 204 });
      const delayMs = this.retries.delayAfter(answer, attempt, request.repeatable);
      mayHaveBeenApplied ||= answer.mayHaveBeenApplied;
      if (delayMs === undefined) throw mayHaveBeenApplied ? afterDoubt(answer) : answer;
      await delay(delayMs, request.signal);
    }
  }

  /** Sends it once, and with a new token when the service refuses the one it has. */
  private async attempt(request: ServiceRequest): Promise<Response | ProblemError> {
    let response = await this.fetch(request, false);
    if (response instanceof Response && response.status === 401 && typeof this.token !== 'string') {
      await response.body?.cancel();
      response = await this.fetch(request, true);
    }
    if (!(response instanceof Response) || response.ok) return response;
    return readProblem(response, request.method !== 'GET');
  }

  /** Requests that are refused together share one new token. */
  private refresh(): Promise<string> {
    this.refreshed ??= authorization(this.token, true).finally(() => {
      this.refreshed = undefined;
    });
    return this.refreshed;
  }

  private async fetch(
    { method, path, headers, body, signal }: ServiceRequest,
    refresh: boolean,
  ): Promise<Response | ProblemError> {
    let Authorization: string;
    try {
      Authorization = await (refresh ? this.refresh() : authorization(this.token, false));
    } catch (error) {
      if (signal?.aborted) throw reasonOf(signal);
      return noToken(error);
    }
    if (signal?.aborted) throw reasonOf(signal);
    const { sendOnce } = this;
    try {
      return await sendOnce(this.baseUrl + path, {
        method,
        headers: {
          Authorization,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw reasonOf(signal);
      return unreachable(error, method !== 'GET');
    }
  }
}

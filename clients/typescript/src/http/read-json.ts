import { unreachable } from './read-problem.js';
import type { Requests, ServiceRequest } from './requests.js';

/**
 * The JSON of the answer. When the answer breaks off, the request is sent again, once.
 * @throws ProblemError, and the reason of the signal
 */
export async function readJson<Body>(requests: Requests, request: ServiceRequest): Promise<Body> {
  for (let isAgain = false; ; isAgain = true) {
    const response = await requests.send(request);
    try {
      return (await response.json()) as Body;
    } catch (error) {
      if (request.signal?.aborted) throw error;
      if (isAgain || request.repeatable !== 'anyway') {
        throw unreachable(error, request.method !== 'GET');
      }
    }
  }
}

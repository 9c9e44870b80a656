import type { CallHandler } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom, of } from 'rxjs';
import { RateLimitInterceptor } from './rate-limit.interceptor.js';

const NEXT: CallHandler = { handle: () => of('answer') };

describe('the interceptor of rate limits', () => {
  it('lets pass what is no request of HTTP, such as a field of GraphQL', async () => {
    const admit = jest.fn<() => Promise<void>>();
    const context = new ExecutionContextHost([undefined, {}, {}, {}]);
    context.setType('graphql');
    const answer = await new RateLimitInterceptor({ admit }).intercept(context, NEXT);
    expect(await lastValueFrom(answer)).toBe('answer');
    expect(admit).not.toHaveBeenCalled();
  });
});

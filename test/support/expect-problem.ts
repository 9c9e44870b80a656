import { expect } from '@jest/globals';
import type { ApiResponse } from './api-client.js';

/** What no answer shows: a stack, a file of ours, a key of the store. */
export const INTERNALS = /node_modules|\.[jt]s:\d|\n\s+at |"stack"|\bcs:|\{p\d+\}|:conv:/;

/** The answer is a problem of this status, and tells nothing of the inside. */
export function expectProblem(response: ApiResponse, status: number): void {
  const { headers, text, body } = response;
  expect({ status: response.status, type: headers.get('content-type')?.split(';')[0] }).toEqual({
    status,
    type: 'application/problem+json',
  });
  expect(body).toMatchObject({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/),
    title: expect.stringMatching(/./),
    status,
  });
  expect(text).not.toMatch(INTERNALS);
}

/** The answer is 400 and names these fields, in this order. */
export function expectErrors(response: ApiResponse, ...fields: string[]): void {
  expectProblem(response, 400);
  expect(response.body.errors.map(({ field }) => field)).toEqual(fields);
  for (const { message } of response.body.errors) expect(message).toMatch(/^\S.{3,200}$/);
}

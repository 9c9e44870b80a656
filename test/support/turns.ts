import { expect } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from './api-client.js';
import { EventStream } from './event-stream.js';
import { redisOptions } from './redis-store.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.mjs';
import { startService, type TestService } from './service.js';

/** The steps of the scripted orchestrator: each has a name and a value. */
export type Script = readonly (readonly [string, unknown?])[];

export interface TurnRequest {
  readonly onConflict?: string;
  readonly key?: string;
}

export function script(...steps: Script): string {
  return JSON.stringify(steps);
}

export async function aConversation(client: ApiClient): Promise<string> {
  const { status, body } = await client.post(CONVERSATIONS, {});
  expect(status).toBe(201);
  return body.id;
}

export function turnsOf(conversationId: string): string {
  return `${CONVERSATIONS}/${conversationId}/turns`;
}

/** Runs a turn to its end and gives the JSON answer. */
export function runTurn(
  client: ApiClient,
  conversationId: string,
  message: string,
  { onConflict, key }: TurnRequest = {},
): Promise<ApiResponse> {
  const body = { message, ...(onConflict !== undefined && { onConflict }) };
  const headers = key === undefined ? {} : { 'Idempotency-Key': key };
  return client.post(turnsOf(conversationId), body, headers);
}

/** Begins a turn and opens the stream of its events. */
export function openTurn(
  client: ApiClient,
  conversationId: string,
  message: string,
  { onConflict, key }: TurnRequest = {},
): Promise<EventStream> {
  const body = { message, ...(onConflict !== undefined && { onConflict }) };
  const headers: Record<string, string> = key === undefined ? {} : { 'Idempotency-Key': key };
  return EventStream.open(client, 'POST', turnsOf(conversationId), { body, headers });
}

/** Opens the stream of a turn, or of the `current` one, from its start or after an event. */
export function followTurn(
  client: ApiClient,
  conversationId: string,
  turnId: string,
  after?: number | string,
): Promise<EventStream> {
  const headers: Record<string, string> =
    after === undefined ? {} : { 'Last-Event-ID': String(after) };
  return EventStream.open(client, 'GET', `${turnsOf(conversationId)}/${turnId}/stream`, {
    headers,
  });
}

/** The service with the orchestrator of the tests. */
export function startTurnService(
  driver: 'memory' | 'redis',
  environment: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const store = { driver: 'redis', ...redisOptions() } as const;
  return startService({
    orchestrator: ScriptedOrchestrator,
    environment: { TURN_TIMEOUT_MS: '30000', TURN_WAIT_MS: '60000', ...environment },
    ...(driver === 'redis' && { store }),
  });
}

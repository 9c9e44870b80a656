import { afterAll, beforeAll } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from './api-client.js';
import { startService, type TestService } from './service.js';

/** What the tests of a file share: the service, a client of a new user, a conversation of that user. */
export interface ServiceWithConversation {
  readonly service: TestService;
  readonly client: ApiClient;
  readonly id: string;
}

/** Starts the service before the tests of a file and closes it after them. */
export function useConversation(): ServiceWithConversation {
  const shared = {} as {
    -readonly [Key in keyof ServiceWithConversation]: ServiceWithConversation[Key];
  };
  beforeAll(async () => {
    shared.service = await startService();
    shared.client = shared.service.client();
    shared.id = (await shared.client.post(CONVERSATIONS, {})).body.id;
  });
  afterAll(() => shared.service.close());
  return shared;
}

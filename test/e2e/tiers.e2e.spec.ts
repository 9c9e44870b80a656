import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MemoryConversationStore,
  STORE_DEFAULTS,
  StoreUnavailableError,
  type ConversationPage,
  type ConversationStore,
  type MessagePage,
  type Owner,
  type StoreTiers,
} from 'conversation-store';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { startService, type TestService } from '../support/service.js';

const SOURCE = 'x-conversation-source';
const ORIGIN = 'https://chat.example.com';

/** Stands for a store of several tiers, whose front tier may be away. */
class TeamStore extends MemoryConversationStore {
  isFrontAway = false;
  tiers: StoreTiers | Error = {};
  readonly flushedFor: Owner[] = [];
  touches = 0;

  override async read(...args: Parameters<ConversationStore['read']>): Promise<MessagePage> {
    const page = await super.read(...args);
    return this.isFrontAway ? { ...page, accessDue: true, source: 'archive' } : page;
  }

  override async list(...args: Parameters<ConversationStore['list']>): Promise<ConversationPage> {
    const page = await super.list(...args);
    return this.isFrontAway ? { ...page, source: 'archive' } : page;
  }

  override touch(
    ...args: Parameters<ConversationStore['touch']>
  ): ReturnType<ConversationStore['touch']> {
    this.touches++;
    return super.touch(...args);
  }

  override async flush(owner?: Owner): Promise<number> {
    if (owner) this.flushedFor.push(owner);
    if (this.isFrontAway) {
      throw new StoreUnavailableError('away', { mayHaveBeenApplied: false });
    }
    return this.flushedFor.length;
  }

  override async ping(): Promise<StoreTiers> {
    if (this.tiers instanceof Error) throw this.tiers;
    return this.tiers;
  }
}

describe('a store of several tiers', () => {
  const store = new TeamStore({ ...STORE_DEFAULTS, maxBytes: 1_000_000 });
  let service: TestService;

  beforeAll(async () => {
    const environment = { CORS_ORIGINS: ORIGIN };
    service = await startService({ environment, store: { driver: 'custom', store } });
  });
  afterAll(() => service.close());
  beforeEach(() => {
    store.isFrontAway = false;
    store.tiers = {};
    store.flushedFor.length = 0;
    store.touches = 0;
  });

  describe('X-Conversation-Source', () => {
    type Visit = (client: ApiClient, id: string) => Promise<ApiResponse>;
    const ETAG = { 'If-None-Match': '"1"' };
    const visits: [string, number, Visit][] = [
      ['GET', 200, (client, id) => client.get(`${CONVERSATIONS}/${id}`)],
      ['HEAD', 200, (client, id) => client.request('HEAD', `${CONVERSATIONS}/${id}`)],
      ['If-None-Match', 304, (client, id) => client.get(`${CONVERSATIONS}/${id}`, ETAG)],
      ['messages', 200, (client, id) => client.get(`${CONVERSATIONS}/${id}/messages`)],
      ['the list', 200, (client) => client.get(CONVERSATIONS)],
      ['the chat list', 200, (client) => client.post('/api/chat/list-conversations', {})],
    ];

    it.each(visits)('says on %s that the answer is from the archive', async (_, status, visit) => {
      const client = service.client();
      const { body } = await client.post(CONVERSATIONS, { messages: [{ content: 'hi' }] });
      const whole = await visit(client, body.id);
      expect([whole.status, whole.headers.get(SOURCE)]).toEqual([status, null]);
      store.isFrontAway = true;
      const archived = await visit(client, body.id);
      expect([archived.status, archived.headers.get(SOURCE)]).toEqual([status, 'archive']);
      expect(archived.text).toBe(whole.text);
      expect(store.touches).toBe(0);
    });

    it('is for the pages of other origins, too', async () => {
      const { headers } = await service.client().get(CONVERSATIONS, { Origin: ORIGIN });
      expect(headers.get('access-control-expose-headers')).toContain('X-Conversation-Source');
    });
  });

  describe('POST /conversations/flush', () => {
    const FLUSH = `${CONVERSATIONS}/flush`;

    it('saves what is the caller’s, however often it is asked for', async () => {
      const client = service.client({ sub: 'u', tid: 't' });
      for (const flushed of [1, 2]) {
        const answer = await client.post(FLUSH, undefined);
        expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { flushed }]);
      }
      expect(store.flushedFor).toEqual([
        { tenantId: 't', userId: 'u' },
        { tenantId: 't', userId: 'u' },
      ]);
    });

    it('is 503 while there is nothing to save from', async () => {
      store.isFrontAway = true;
      expectProblem(await service.client().post(FLUSH, undefined), 503);
    });

    it('needs a token', async () => {
      expect((await fetch(service.url + FLUSH, { method: 'POST' })).status).toBe(401);
      expect(store.flushedFor).toEqual([]);
    });

    it('is called by POST', async () => {
      const wrong = await service.client().request('PUT', FLUSH);
      expect(wrong.status).toBe(405);
      expect(wrong.headers.get('allow')).toContain('POST');
      expectProblem(await service.client().get(FLUSH), 400);
      expect(store.flushedFor).toEqual([]);
    });
  });

  describe('the health of the store', () => {
    it.each([{}, { redis: 'up', postgres: 'up' }, { redis: 'up', postgres: 'down' }] as const)(
      'names its tiers: %j',
      async (tiers) => {
        store.tiers = tiers;
        for (const path of ['/health', '/health/ready']) {
          const { status, body } = await service.client().get(path);
          expect([status, body.status]).toEqual([200, 'ok']);
          expect(body.details['store']).toEqual({
            status: 'up',
            driver: 'memory',
            latencyMs: expect.any(Number),
            ...tiers,
          });
        }
      },
    );

    it('is down, and says no more, when none can serve', async () => {
      store.tiers = new Error('postgres://user:secret@host');
      const { status, body } = await service.client().get('/health/ready');
      expect(status).toBe(503);
      expect(body.details['store']).toEqual({ status: 'down', driver: 'memory' });
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';

describe('two processes of the service on one Redis', () => {
  let services: [ServiceProcess, ServiceProcess];
  const token = aToken();

  beforeAll(async () => {
    const environment = { REDIS_URL: process.env['TEST_REDIS_URL'] ?? '' };
    services = await Promise.all([
      ServiceProcess.start(environment),
      ServiceProcess.start(environment),
    ]);
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  function clients(): [ApiClient, ApiClient] {
    const [one, other] = services.map(({ url }) => new ApiClient(url, token));
    return [one as ApiClient, other as ApiClient];
  }

  it('append 50 messages at once: 50 messages, seq 1 to 50, none lost or doubled', async () => {
    const [one, other] = clients();
    const { body } = await one.post(CONVERSATIONS, {});
    const path = `${CONVERSATIONS}/${body.id}/messages`;
    const contents = Array.from({ length: 50 }, (_, i) => `message ${i}`);
    const answers = await Promise.all(
      contents.map((content, i) =>
        (i % 2 === 0 ? one : other).post(path, { messages: [{ content }] }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(contents.map(() => 201));
    const seqs = answers.map((answer) => answer.body.data[0]?.seq ?? 0);
    expect([...seqs].sort((a, b) => a - b)).toEqual(contents.map((_, i) => i + 1));
    const stored = (await other.get(`${path}?limit=200`)).body.data;
    expect(stored.map(({ seq }) => seq)).toEqual(contents.map((_, i) => i + 1));
    expect(stored.map(({ parts }) => String(parts[0]?.['text'])).sort()).toEqual(contents.sort());
  });

  it('create one conversation for two identical requests at once', async () => {
    const [one, other] = clients();
    for (let round = 0; round < 10; round++) {
      const key = { 'Idempotency-Key': `round-${round}` };
      const body = { title: `round ${round}`, messages: [{ content: 'hi' }] };
      const [a, b] = await Promise.all([
        one.post(CONVERSATIONS, body, key),
        other.post(CONVERSATIONS, body, key),
      ]);
      expect([a.status, b.status]).toEqual([201, 201]);
      expect(a.body).toEqual(b.body);
      const replayed = [a, b].map(({ headers }) => headers.get('idempotency-replayed'));
      expect(replayed.sort()).toEqual(['true', null].sort());
    }
    const titles = (await one.get(`${CONVERSATIONS}?limit=100`)).body.data.map(
      ({ title }) => title,
    );
    expect(titles.filter((title) => title?.startsWith('round')).length).toBe(10);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelServer } from '../../examples/orchestrator/model-server/model-server.js';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { filesIn, GuideProject } from '../support/guide-project.js';
import { ServiceProcess } from '../support/service-process.js';

/** `beforeAll` compiles a project and starts a service, while other tests run. */
const LIMIT_MS = 120_000;

describe('docs/orchestrator.md', () => {
  const files = filesIn('docs/orchestrator.md');
  const project = new GuideProject('docs/orchestrator.md');
  let model: ModelServer;
  let service: ServiceProcess;
  let client: ApiClient;

  beforeAll(async () => {
    expect(project.compile()).toBe('');
    model = await ModelServer.start({ pace: () => Promise.resolve() });
    const main = join(project.folder, 'dist/main.js');
    service = await ServiceProcess.start({ MODEL_BASE_URL: model.baseUrl }, main);
    client = service.client();
  }, LIMIT_MS);

  afterAll(async () => {
    await service.stop();
    await model.close();
    project.remove();
  });

  async function ask(id: string, content: string): Promise<ApiResponse> {
    return client.post(`${CONVERSATIONS}/${id}/turns`, { message: { content } });
  }

  function reply({ body }: ApiResponse): unknown {
    return body.messages.at(-1)?.parts;
  }

  it('shows the files of examples/orchestrator, as they are', () => {
    const sources = [...files].filter(([path]) => path.startsWith('src/'));
    expect(sources.map(([path]) => path)).toHaveLength(8);
    for (const [path, text] of sources) {
      const file = path.replace('src/', 'examples/orchestrator/');
      expect({ file, text }).toEqual({ file, text: readFileSync(file, 'utf8') });
    }
  });

  it('answers with the model, and remembers what the model does not', async () => {
    const { id } = (await client.post(CONVERSATIONS, {})).body;
    const other = (await client.post(CONVERSATIONS, {})).body;
    expect((await ask(id, 'Hello, my name is Ada')).status).toBe(201);
    expect(reply(await ask(id, 'What is my name?'))).toEqual([
      { type: 'step-start' },
      { type: 'text', text: 'You are Ada.', state: 'done' },
    ]);
    expect(reply(await ask(other.id, 'What is my name?'))).toEqual([
      { type: 'step-start' },
      { type: 'text', text: 'You have not told me your name yet.', state: 'done' },
    ]);
    const [, { text = '' } = {}] = reply(await ask(id, 'Fine')) as { text?: string }[];
    expect(text).toContain('message 3 of our conversation');
  });

  it('answers with one line, too', async () => {
    const main = join(project.folder, 'dist/one-line.js');
    const shortest = await ServiceProcess.start({ MODEL_BASE_URL: model.baseUrl }, main);
    try {
      const other = shortest.client();
      const { id } = (await other.post(CONVERSATIONS, {})).body;
      const answer = await other.post(`${CONVERSATIONS}/${id}/turns`, { message: 'Count to 3' });
      expect(reply(answer)).toEqual([
        { type: 'step-start' },
        { type: 'text', text: 'Here you are: 1, 2, 3. Done.', state: 'done' },
      ]);
    } finally {
      await shortest.stop();
    }
  });

  it('fails a turn, and nothing else, when the model is away', async () => {
    const { id } = (await client.post(CONVERSATIONS, {})).body;
    const port = Number(new URL(model.baseUrl).port);
    await model.close();
    const failed = await ask(id, 'Anybody there?');
    expect([failed.status, failed.body.type]).toEqual([502, '/problems/turn-failed']);
    expect(failed.text).not.toContain('127.0.0.1');
    const { messages } = (await client.get(`${CONVERSATIONS}/${id}`)).body;
    expect(messages.map(({ role }) => role)).toEqual(['user']);

    model = await ModelServer.start({ port, pace: () => Promise.resolve() });
    expect((await ask(id, 'And now?')).status).toBe(201);
  });
});

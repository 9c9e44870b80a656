import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Dialogue } from './dialogue.js';
import { readDialogues, type DialogueLine } from './dialogue-file.js';
import { UnreadableLineError } from './unreadable-line.error.js';

async function read(text: string | Buffer): Promise<DialogueLine[]> {
  const lines: DialogueLine[] = [];
  for await (const line of readDialogues(Readable.from([Buffer.from(text)]))) lines.push(line);
  return lines;
}

async function readOne(text: string | Buffer): Promise<Dialogue | UnreadableLineError> {
  return ((await read(text))[0] as DialogueLine).content;
}

describe('readDialogues', () => {
  it('parts the messages from the rest of the body', async () => {
    const line = '{"externalId":"a","title":"t","metadata":{"k":"v"},"messages":[{"content":"x"}]}';
    expect(await readOne(line)).toEqual({
      externalId: 'a',
      hash: expect.stringMatching(/^[\w-]{43}$/),
      head: { externalId: 'a', title: 't', metadata: { k: 'v' } },
      messages: [{ content: 'x' }],
      places: new Map(),
    });
  });

  it('takes a dialogue without messages, and leaves what is wrong to the service', async () => {
    expect(await readOne('{"externalId":7,"other":1}')).toMatchObject({
      head: { externalId: 7, other: 1 },
      messages: [],
    });
    expect(await readOne('{"externalId":7}')).not.toHaveProperty('externalId');
  });

  it('numbers lines as an editor does, and knows where they end', async () => {
    const lines = await read('\uFEFF{}\n\n \t\r\nnull\n{}');
    expect(lines.map(({ number, endsAt }) => [number, endsAt])).toEqual([
      [1, 6],
      [4, 16],
      [5, 19],
    ]);
    expect(lines[0]?.content).toMatchObject({ head: {} });
  });

  it('counts how often a text was there before', async () => {
    const lines = await read('{"title":"a"}\n{"title":"b"}\n{"title":"a"}\n{"title":"a"}\n');
    expect(lines.map(({ repetition }) => repetition)).toEqual([0, 0, 1, 2]);
  });

  it.each([
    ['{"title": "secret', 'The line is not JSON.'],
    ['[]', 'The line is not a JSON object.'],
    ['null', 'The line is not a JSON object.'],
    ['"text"', 'The line is not a JSON object.'],
    ['{"messages":{}}', '"messages" is not an array.'],
    ['{"messages":null}', '"messages" is not an array.'],
    [Buffer.from('{"title":"\xe4"}', 'latin1'), 'The line is not UTF-8.'],
  ])('says what is wrong with %s', async (line, message) => {
    expect(await readOne(line)).toEqual(new UnreadableLineError(message));
  });
});

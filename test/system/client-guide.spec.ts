import { expect, it } from '@jest/globals';
import { ClientProject } from '../support/client-project.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { startService } from '../support/service.js';
import { aToken } from '../support/token.js';

it('runs the README of the client package, with ai 6 and with ai 7', async () => {
  const service = await startService({ orchestrator: ScriptedOrchestrator });
  const project = new ClientProject({ six: 'ai-sdk-react-v6', seven: 'ai-sdk-react-v7' });
  try {
    expect(await project.compile()).toBe('');
    for (const application of ['six', 'seven']) {
      expect(await project.run(application, USE_OF_README, [service.url, aToken()])).toEqual({
        program: [
          'You said: Hello',
          'A question',
          '2 assistant',
          '1 user',
          '404 conversation-not-found',
        ],
        chat: { status: 'ready', texts: ['Hi', 'You said: Hi'], siblings: [2, 3] },
        former: { texts: ['Hi', 'You said: Hi'], seq: 2 },
        stopped: { texts: [expect.stringContaining('untilAborted'), 'So far'], cancelled: true },
        afterStop: expect.arrayContaining(['Next', 'You said: Next']),
      });
    }
  } finally {
    await service.close();
    project.remove();
  }
});

/** Uses the modules of the README. */
const USE_OF_README = `
import { Chats } from './chats.js';
import { ChatView } from './chat-view.js';
import { run } from './program.js';

const [url, token] = process.argv.slice(2);
const program = await run(url, token);
const chats = new Chats(url, ({ refresh }) => (refresh ? token : 'an old one'));
const textsOf = ({ messages }) =>
  messages.map(({ parts }) => parts.map(({ text }) => text).join(''));

const chat = await chats.create('A chat');
await chat.sendMessage({ text: 'Hi' });
await chat.regenerate();
const { seq, siblings } = chat.lastMessage.metadata.conversationStore;
const shown = { status: chat.status, texts: textsOf(chat), siblings };
await chats.showSibling(chat, siblings.find((sibling) => sibling !== seq));
const former = { texts: textsOf(chat), seq: chat.lastMessage.metadata.conversationStore.seq };

const other = await chats.create('Another chat');
const sent = other.sendMessage({ text: '[["say","So far"],["untilAborted"]]' });
while (!textsOf(other).includes('So far')) await new Promise((resolve) => setTimeout(resolve, 5));
await other.stop();
await sent;
while (!other.lastMessage.metadata.cancelled) await new Promise((resolve) => setTimeout(resolve, 5));
const stopped = { texts: textsOf(other), cancelled: other.lastMessage.metadata.cancelled };


const quick = await chats.create('A chat whose user does not wait');
const begun = quick.sendMessage({ text: '[["say","So far"],["untilAborted"]]' });
while (!textsOf(quick).includes('So far')) await new Promise((resolve) => setTimeout(resolve, 5));
await quick.stop();
await Promise.all([begun, quick.sendMessage({ text: 'Next' })]);
const afterStop = textsOf(quick);

if (typeof ChatView !== 'function') throw new Error('There is no view.');
console.log(JSON.stringify({ program, chat: shown, former, stopped, afterStop }));
`;

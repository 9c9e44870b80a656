import { CONVERSATIONS, type ApiClient, type ApiResponse } from './api-client.js';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const MESSAGES = { messages: [{ content: 'hi' }] };

/** Every route that needs the store: its name, and a request to it. */
export const STORE_ROUTES: [string, (client: ApiClient) => Promise<ApiResponse>][] = [
  ['POST /conversations', (client) => client.post(CONVERSATIONS, {})],
  ['GET /conversations', (client) => client.get(CONVERSATIONS)],
  ['GET /conversations/export', (client) => client.get(`${CONVERSATIONS}/export`)],
  ['DELETE /conversations', (client) => client.delete(CONVERSATIONS)],
  ['GET /conversations/:id', (client) => client.get(`${CONVERSATIONS}/${ID}`)],
  ['PATCH /conversations/:id', (client) => client.patch(`${CONVERSATIONS}/${ID}`, { title: 'x' })],
  ['DELETE /conversations/:id', (client) => client.delete(`${CONVERSATIONS}/${ID}`)],
  ['POST …/fork', (client) => client.post(`${CONVERSATIONS}/${ID}/fork`, { seq: 1 })],
  ['GET …/messages', (client) => client.get(`${CONVERSATIONS}/${ID}/messages`)],
  ['POST …/messages', (client) => client.post(`${CONVERSATIONS}/${ID}/messages`, MESSAGES)],
  ['POST …/turns', (client) => client.post(`${CONVERSATIONS}/${ID}/turns`, { message: 'hi' })],
  [
    'POST …/turns/stream',
    (client) => client.post(`${CONVERSATIONS}/${ID}/turns/stream`, { message: 'hi' }),
  ],
  [
    'GET …/turns/current/stream',
    (client) => client.get(`${CONVERSATIONS}/${ID}/turns/current/stream`),
  ],
  [
    'GET …/turns/:turnId/stream',
    (client) => client.get(`${CONVERSATIONS}/${ID}/turns/${ID}/stream`),
  ],
  [
    'POST …/turns/:turnId/cancel',
    (client) => client.post(`${CONVERSATIONS}/${ID}/turns/${ID}/cancel`, undefined),
  ],
  ['POST /api/chat/start', (client) => client.post('/api/chat/start', {})],
  [
    'POST /api/chat/send',
    (client) => client.post('/api/chat/send', { conversationId: ID, message: 'hi' }),
  ],
  [
    'POST /api/chat/list-conversations',
    (client) => client.post('/api/chat/list-conversations', {}),
  ],
];

import type { Table } from '../report/report.js';

/**
 * What an append or a list of a peer lacks, from the peer's source in the versions of package-lock.json.
 * With other versions, read the source again.
 */
export const DIFFERENCES: Table = {
  caption: 'What the peers do differently, and where in their packages',
  columns: ['', 'what', 'where'],
  rows: [
    [
      'LangChain, RedisChatMessageHistory',
      'One LPUSH: no owner but the name of the key, no id, seq, version, limit or list of sessions.',
      '@langchain/redis dist/chat_histories.js, addMessage',
    ],
    [
      '',
      'A TTL needs an option, and is an EXPIRE after the LPUSH. A crash between the two commands leaves a session that never expires.',
      '@langchain/redis dist/chat_histories.js, addMessage',
    ],
    [
      '',
      'A read returns all messages. There are no pages.',
      '@langchain/redis dist/chat_histories.js, getMessages (LRANGE 0 -1)',
    ],
    [
      'Mastra, RedisStore',
      'GET of the thread twice, MGET, then a MULTI that writes the thread back as it was read. This undoes a change of the title in between. No WATCH, no version.',
      '@mastra/redis dist/index.js, StoreMemoryRedis.saveMessages',
    ],
    [
      '',
      'An append does not check the owner of the thread. A message replaces a stored message with the same id, so a client that chooses ids may repeat an append.',
      '@mastra/redis dist/index.js, StoreMemoryRedis.saveMessages',
    ],
    [
      '',
      'Threads and messages never expire; nothing limits them.',
      '@mastra/redis dist/index.js, StoreMemoryRedis (no EX, no EXPIRE)',
    ],
    [
      '',
      'A list scans every key of the database, including messages, fetches all threads of all users, and sorts those of the user. Here no thread has a message, which favours Mastra.',
      '@mastra/redis dist/index.js, listThreads, scanKeys',
    ],
    [
      'LangGraph server',
      'An append reads the last checkpoint and writes a new one with all messages of the thread. Its cost therefore grows with the thread.',
      '@langchain/langgraph-checkpoint dist/memory.js, put; @langchain/langgraph-api dist/storage/ops.mjs, State.post',
    ],
    [
      '',
      'In memory. The server writes all its data to a file when no request has come for three seconds: under load, never.',
      '@langchain/langgraph-api dist/storage/persist.mjs, schedulePersist; dist/storage/checkpoint.mjs',
    ],
    [
      '',
      'The server requires a token only when the project has an auth file. Without the file, every client has access to every thread. Here it has none, so it does not verify tokens.',
      '@langchain/langgraph-api dist/server.mjs (options.auth); dist/auth/index.mjs, isAuthMatching',
    ],
    [
      '',
      'No ETag, no idempotency key, no TTL, no limit. A message replaces a stored message with the same id.',
      '@langchain/langgraph-api dist/schemas.mjs, ThreadStateUpdate; @langchain/langgraph dist/graph/messages_reducer.js',
    ],
    [
      'VoltAgent server',
      'In memory, and lost when the process ends: an append is a push to an array.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.addMessage',
    ],
    [
      '',
      'Before the push it searches all messages of the thread for the id, so a client that chooses ids may repeat an append.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.addMessage (findIndex)',
    ],
    [
      '',
      'The server requires a token only when authNext is set. Here it is not set, so the server does not verify tokens. The body names the user. Even with authNext, a client with a token can read every conversation whose id it knows.',
      '@voltagent/server-hono dist/index.mjs, createApp; @voltagent/server-core dist/index.mjs, handleListMemoryConversationMessages',
    ],
    [
      '',
      'No ETag, no idempotency key, no TTL, no limit. An append does not change updatedAt, and does not answer with the message.',
      '@voltagent/server-core dist/index.mjs, handleSaveMemoryMessages',
    ],
    [
      '',
      'A list filters the conversations of all users, and sorts all of the user before it takes a page.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.queryConversations',
    ],
  ],
};

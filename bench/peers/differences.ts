import type { Table } from '../report/report.js';

/**
 * What an append, or a list, of a peer leaves out, as its source has it. Looked up in the versions of
 * package-lock.json, and to be looked up again with others.
 */
export const DIFFERENCES: Table = {
  caption: 'What they do otherwise, and where in their packages that is',
  columns: ['', 'what', 'where'],
  rows: [
    [
      'LangChain, RedisChatMessageHistory',
      'One LPUSH: no owner but the name of the key, no id, seq, version, limit or list of sessions.',
      '@langchain/redis dist/chat_histories.js, addMessage',
    ],
    [
      '',
      'A TTL is a second command after that, an EXPIRE, and without one in the options there is none. A crash in between leaves a session that lives for ever.',
      '@langchain/redis dist/chat_histories.js, addMessage',
    ],
    [
      '',
      'All messages are read at once; there is no page.',
      '@langchain/redis dist/chat_histories.js, getMessages (LRANGE 0 -1)',
    ],
    [
      'Mastra, RedisStore',
      'GET of the thread twice, MGET, then a MULTI that writes back the thread as it was read: a title that was changed in between is undone. No WATCH, no version.',
      '@mastra/redis dist/index.js, StoreMemoryRedis.saveMessages',
    ],
    [
      '',
      'Whose thread it is, is not looked at by an append. A message whose id is there already replaces it, so that a client that names ids may repeat itself.',
      '@mastra/redis dist/index.js, StoreMemoryRedis.saveMessages',
    ],
    [
      '',
      'Threads and messages never expire; nothing limits them.',
      '@mastra/redis dist/index.js, StoreMemoryRedis (no EX, no EXPIRE)',
    ],
    [
      '',
      'A list scans every key of the database, messages too, then fetches all threads of all users, and sorts those of the one. Here no thread has a message, which is in its favour.',
      '@mastra/redis dist/index.js, listThreads, scanKeys',
    ],
    [
      'LangGraph server',
      'An append reads the last checkpoint and writes another one, with all messages of the thread in it: hence its cost by length.',
      '@langchain/langgraph-checkpoint dist/memory.js, put; @langchain/langgraph-api dist/storage/ops.mjs, State.post',
    ],
    [
      '',
      'In memory. All that it has is written to a file when nobody has asked anything for three seconds: under load, never.',
      '@langchain/langgraph-api dist/storage/persist.mjs, schedulePersist; dist/storage/checkpoint.mjs',
    ],
    [
      '',
      'Nobody is asked for a token unless the project brings an auth file, and without it every thread is everybody’s. It had none here, which costs it nothing.',
      '@langchain/langgraph-api dist/server.mjs (options.auth); dist/auth/index.mjs, isAuthMatching',
    ],
    [
      '',
      'No ETag, no idempotency key, no TTL, no limit. A message whose id is there already replaces it.',
      '@langchain/langgraph-api dist/schemas.mjs, ThreadStateUpdate; @langchain/langgraph dist/graph/messages_reducer.js',
    ],
    [
      'VoltAgent server',
      'In memory, and lost with the process: an append is a push to an array.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.addMessage',
    ],
    [
      '',
      'Before that it looks for the id among all messages of the thread, which is how a client that names ids may repeat itself.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.addMessage (findIndex)',
    ],
    [
      '',
      'Nobody is asked for a token unless authNext is set; it was not here, which costs it nothing. The user is named in the body. With authNext too, whoever has a token reads every conversation whose id he has.',
      '@voltagent/server-hono dist/index.mjs, createApp; @voltagent/server-core dist/index.mjs, handleListMemoryConversationMessages',
    ],
    [
      '',
      'No ETag, no idempotency key, no TTL, no limit; an append does not move updatedAt, and does not answer with the message.',
      '@voltagent/server-core dist/index.mjs, handleSaveMemoryMessages',
    ],
    [
      '',
      'A list filters the conversations of all users, and sorts before it cuts.',
      '@voltagent/core dist/index.mjs, InMemoryStorageAdapter.queryConversations',
    ],
  ],
};

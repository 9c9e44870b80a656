import process from 'node:process';
import { relative } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { startServer } from '@langchain/langgraph-api/server';

// It writes all its data to this folder when no request has come for three seconds.
const cwd = process.env['FOLDER'];
const graph = fileURLToPath(new URL('langgraph-graph.mjs', import.meta.url));

await startServer({
  port: Number(process.env['PORT']),
  host: '127.0.0.1',
  cwd,
  nWorkers: 1,
  graphs: { chat: `${relative(cwd, graph)}:graph` },
});
process.stdout.write('Listening on\n');

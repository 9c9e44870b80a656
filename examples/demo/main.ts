import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startWithModelServer } from '../orchestrator/start-with-model-server.js';
import { DemoModule } from './demo.module.js';
import { servePage } from './page-process.js';

/** The user whose token the service prints: its `curl` lines show what the page shows. */
const USER = ['--sub', 'alice', '--tid', 'contoso'];

/** `npm run demo`: the service with an orchestrator that has tools, the model server, and the page. */
process.env['HOST'] ??= '127.0.0.1';
const service = await startWithModelServer(DemoModule);
try {
  const url = await servePage(process.env['PAGE_PORT'] ?? '5173', await service.getUrl());
  const token = await promisify(execFile)(process.execPath, ['dist/cli/token.js', ...USER]);
  // A browser sends no fragment of an address to a server, so no server sees the token.
  process.stdout.write(`\nOpen the page:\n\n${url}#token=${token.stdout.trim()}\n\n`);
} catch (error) {
  await service.close();
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

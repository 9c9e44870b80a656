import { startWithModelServer } from './start-with-model-server.js';

await startWithModelServer();

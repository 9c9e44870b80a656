import { defineConfig } from 'vite';

/** Where the service listens. The page calls it under its own origin, so that there is no CORS. */
const SERVICE_URL = process.env['SERVICE_URL'] ?? 'http://127.0.0.1:3000';
const proxy = { '/api': { target: SERVICE_URL } };

/** The package as it is in this repository. A page of yours installs it. */
const CLIENT = new URL('../../clients/typescript/src/', import.meta.url).pathname;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@conversation-store\/client$/, replacement: `${CLIENT}index.ts` },
      { find: /^@conversation-store\/client\/ai$/, replacement: `${CLIENT}ai/index.ts` },
    ],
  },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  build: {
    rolldownOptions: {
      onLog: (level, log, handle) => {
        // "use client" of React packages is for servers that render, which there is none of.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
});

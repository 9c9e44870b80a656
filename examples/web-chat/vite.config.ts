import { defineConfig } from 'vite';

/** Where the service listens. The page calls it under its own origin, so that there is no CORS. */
const SERVICE_URL = process.env['SERVICE_URL'] ?? 'http://127.0.0.1:3000';
const proxy = { '/api': { target: SERVICE_URL } };

export default defineConfig({
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

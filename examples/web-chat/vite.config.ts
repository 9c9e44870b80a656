import { defineConfig, loadEnv } from 'vite';
import { toOrigins } from './src/message/image-origins.ts';

/** Where the service listens. The page calls it under its own origin, so that there is no CORS. */
const SERVICE_URL = process.env['SERVICE_URL'] ?? 'http://127.0.0.1:3000';
const proxy = { '/api': { target: SERVICE_URL } };

/** The package as it is in this repository. A page of yours installs it. */
const CLIENT = new URL('../../clients/typescript/src/', import.meta.url).pathname;

/** What the page may load: should a text of a model get through everything else, the browser still asks nobody. */
function policyFor(mode: string): string {
  // As the page has it: of the environment, or of a file `.env`.
  const { VITE_IMAGE_ORIGINS = '' } = loadEnv(mode, new URL('.', import.meta.url).pathname);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data:", ...toOrigins(VITE_IMAGE_ORIGINS)].join(' '),
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

export default defineConfig(({ mode }) => ({
  plugins: [
    {
      name: 'content-security-policy',
      // Vite's own server needs more than the page does.
      apply: 'build',
      transformIndexHtml: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policyFor(mode) },
          injectTo: 'head-prepend',
        },
      ],
    },
  ],
  resolve: {
    alias: [
      // The orchestrator of the example has version 6 of the AI SDK.
      { find: /^ai$/, replacement: 'ai-v7' },
      { find: /^@conversation-store\/client$/, replacement: `${CLIENT}index.ts` },
      { find: /^@conversation-store\/client\/ai$/, replacement: `${CLIENT}ai/index.ts` },
    ],
  },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  build: {
    // Kilobytes: the page as a whole, without the languages that it highlights.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      onLog: (level, log, handle) => {
        // "use client" of React packages is for servers that render, which there is none of.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
}));

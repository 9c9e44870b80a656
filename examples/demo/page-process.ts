import { spawn } from 'node:child_process';

const VITE = 'node_modules/vite/bin/vite.js';

/** Serves the built page until this process ends, and forwards the page's requests to the service. */
export async function servePage(port: string, serviceUrl: string): Promise<string> {
  const args = [VITE, 'preview', 'examples/web-chat', '--port', port, '--strictPort'];
  const page = spawn(process.execPath, args, {
    env: { ...process.env, SERVICE_URL: serviceUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => page.kill());
  await new Promise<void>((resolve, reject) => {
    // Vite prints its address when it listens.
    page.stdout.once('data', () => resolve());
    page.once('exit', () => reject(new Error('The page cannot be served.')));
  });
  return `http://127.0.0.1:${port}/`;
}

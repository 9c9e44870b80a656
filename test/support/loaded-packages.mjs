import { createRequire } from 'node:module';
import process from 'node:process';

/** Prints at the end which files of OpenTelemetry's the process has loaded. Its packages are CommonJS. */
const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  const files = Object.keys(cache).filter((file) => file.includes('@opentelemetry'));
  process.stdout.write(`Loaded: ${files.join(' ')}\n`);
});

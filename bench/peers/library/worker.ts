import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureAppends, measureList, type LibraryTask } from './measure.js';
import type { LibraryModule } from './library.js';

/** Measures the library of a module in this process. The parent process has pinned it. */
const [path, url, text] = process.argv.slice(2) as [string, string, string];
const module = (await import(pathToFileURL(resolve(path)).href)) as LibraryModule;
const library = await module.open(url, text);
process.on('message', (task: LibraryTask) => {
  const result = task === 'list' ? measureList(library) : measureAppends(library, task.clients);
  result.then(
    (rate) => process.send?.({ rate }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');

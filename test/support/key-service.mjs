import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { AppModule, startService } from '../../dist/index.js';

/**
 * The built service with a key management of a team, to run as a process. `KEY_SERVICE` says what it does: it gives
 * the keys of these ids, or it fails with an error that shows a secret.
 */
const keys = {
  async masterKeys() {
    const [secret, ...ids] = process.env['KEY_SERVICE'].split(' ');
    if (ids.length === 0) {
      throw Object.assign(new Error(`no access with ${secret}`), { code: 'AccessDenied' });
    }
    return ids.map((id) => ({
      id,
      secret: createHash('sha256')
        .update(secret + id)
        .digest(),
    }));
  },
};

await startService(AppModule.forRoot({ keys }));

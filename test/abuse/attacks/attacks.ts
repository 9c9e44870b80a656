import type { Attack } from '../attack.js';
import { BODY_ATTACKS } from './bodies.js';
import { HANGING_KEY_SERVER } from './hanging-key-server.js';
import { MEMORY_ATTACK } from './memory.js';
import { READ_ATTACKS } from './reads.js';
import { TOKEN_ATTACKS } from './tokens.js';
import { TURN_ATTACKS } from './turns.js';
import { UNREAD_ATTACKS } from './unread.js';

/** Every attack that `npm run test:abuse` runs. A name selects one: `-- -t 'followers'`. */
export const ATTACKS: readonly Attack[] = [
  ...TOKEN_ATTACKS,
  HANGING_KEY_SERVER,
  ...BODY_ATTACKS,
  ...READ_ATTACKS,
  ...UNREAD_ATTACKS,
  ...TURN_ATTACKS,
  MEMORY_ATTACK,
];

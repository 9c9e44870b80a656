import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A Lua script with the digest under which Redis caches it. */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
  readonly sha1: string;
}

export const SCRIPTS = {
  create: load('create'),
  read: load('read'),
  append: load('append'),
  update: load('update'),
  delete: load('delete'),
  list: load('list'),
  readHashes: load('read-hashes'),
  listIds: load('list-ids'),
  touch: load('touch'),
  putState: load('put-state'),
  beginTurn: load('begin-turn'),
  advanceTurn: load('advance-turn'),
  endTurn: load('end-turn'),
  readTurn: load('read-turn'),
  cancelTurn: load('cancel-turn'),
} as const satisfies Record<string, RedisScript>;

function load(name: string): RedisScript {
  const lua = source(name);
  return { name, lua, sha1: hash('sha1', lua) };
}

/** The text of a script, with that of the others which it includes. */
function source(name: string): string {
  const url = new URL(`./scripts/${name}.lua`, import.meta.url);
  return readFileSync(url, 'utf8').replace(/^ *-- @include (.+)$/gm, (_, shared: string) =>
    source(`shared/${shared}`),
  );
}

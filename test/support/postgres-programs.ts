import { spawnSync, type SpawnOptions } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** Where Debian has the programs of each version, which it does not put on the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** Who runs a program. */
type UserIds = Pick<SpawnOptions, 'uid' | 'gid'>;

/** A program of the newest PostgreSQL here: its path on Debian, its name elsewhere. */
export function postgresProgram(name: string): string {
  const newest = debianVersions().sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? name : join(DEBIAN, newest, 'bin', name);
}

/**
 * The user that runs PostgreSQL, which refuses to run as root: the user that its package made, or else
 * `nobody`. Empty when the tests do not run as root: PostgreSQL then runs as they do.
 */
export function postgresUser(): UserIds {
  if (userInfo().uid !== 0) return {};
  const user = idsOf('postgres') ?? idsOf('nobody');
  if (!user) throw new Error('PostgreSQL does not run as root: the tests need another user.');
  return user;
}

function debianVersions(): string[] {
  try {
    return readdirSync(DEBIAN).filter((version) => /^\d+$/.test(version));
  } catch {
    return [];
  }
}

function idsOf(name: string): Required<UserIds> | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) =>
    spawnSync('id', [option, name], { encoding: 'utf8' }).stdout.trim(),
  );
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The files that a guide shows: a path in backticks and a colon, then a block. */
export function filesIn(guide: string): ReadonlyMap<string, string> {
  const blocks = readFileSync(guide, 'utf8').matchAll(
    /^`([\w./-]+)`[^\n`]*:\n\n```\w+\n(.*?)^```/gms,
  );
  return new Map(Array.from(blocks, ([, path = '', text = '']) => [path, text]));
}

/** A folder outside of this repository with these files, and the packages that a guide installs. */
export class GuideProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'guide-'));

  constructor(files: ReadonlyMap<string, string>) {
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    for (const [path, text] of files) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    mkdirSync(join(this.folder, 'node_modules'));
    for (const name of readdirSync('node_modules')) this.link(name, join('node_modules', name));
    this.link('conversation-store', '.');
  }

  /** Compiles it. Returns what the compiler has against it. */
  compile(): string {
    const { stdout } = spawnSync('node_modules/.bin/tsc', [], {
      cwd: this.folder,
      encoding: 'utf8',
    });
    return stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private link(name: string, target: string): void {
    symlinkSync(resolve(target), join(this.folder, 'node_modules', name));
  }
}

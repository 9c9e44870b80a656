import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
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

/** The packages that the commands `npm install` of a guide name, beside the service itself. */
function packagesIn(guide: string): readonly string[] {
  const commands = readFileSync(guide, 'utf8').matchAll(/npm install ((?:\\\n|[^`\n])+)/g);
  return Array.from(
    commands,
    ([, list = '']) => list.match(/(?<=\s|^)@?[\w/-]+(?=@\d)/g) ?? [],
  ).flat();
}

/**
 * A folder outside of this repository: the files of a guide, the packed service, and the packages
 * that the service or the guide installs. No other package can be imported there.
 */
export class GuideProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'guide-'));

  constructor(guide: string) {
    this.write('package.json', '{ "type": "module" }');
    for (const [path, text] of filesIn(guide)) this.write(path, text);
    this.unpackService();
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
    for (const name of new Set([...Object.keys(dependencies), ...packagesIn(guide)])) {
      this.link(name);
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Compiles it. Returns what the compiler has against it. */
  compile(): string {
    return spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc')], {
      cwd: this.folder,
      encoding: 'utf8',
    }).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `npm install` does with the file that `npm pack` makes. `npm test` has built the service. */
  private unpackService(): void {
    const target = join(this.folder, 'node_modules/conversation-store');
    mkdirSync(target, { recursive: true });
    execFileSync('npm', [
      'pack',
      '--ignore-scripts',
      '--silent',
      '--pack-destination',
      this.folder,
    ]);
    const [tarball = ''] = readdirSync(this.folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['-xzf', join(this.folder, tarball), '--strip-components=1', '-C', target]);
  }

  private link(name: string): void {
    const target = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) symlinkSync(resolve('node_modules', name), target);
  }
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

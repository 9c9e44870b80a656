import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { filesIn } from './guide-project.js';

const PACKAGE = 'clients/typescript';

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2022', module: 'NodeNext', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
    ...{ jsx: 'react-jsx', types: [], strict: true, exactOptionalPropertyTypes: true },
    ...{ skipLibCheck: true, noEmitOnError: true, rootDir: '.', outDir: 'dist' },
  },
  include: ['*/src'],
};

/**
 * A folder outside of this repository with an application for each version of `@ai-sdk/react`: the files of the README of the
 * client package, that package as `npm pack` makes it, and the AI SDK. No other package can be imported there.
 */
export class ClientProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'client-'));

  /** @param applications the name of each one, and the package that is its `@ai-sdk/react` */
  constructor(applications: Readonly<Record<string, string>>) {
    this.write('package.json', '{ "type": "module" }');
    this.write('tsconfig.json', JSON.stringify(TSCONFIG));
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', this.folder];
    execFileSync('npm', pack, { cwd: PACKAGE });
    const [tarball = ''] = readdirSync(this.folder).filter((name) => name.endsWith('.tgz'));
    for (const [name, reactPackage] of Object.entries(applications)) {
      for (const [path, text] of filesIn(`${PACKAGE}/README.md`))
        this.write(`${name}/${path}`, text);
      const target = join(this.folder, name, 'node_modules/@conversation-store/client');
      mkdirSync(target, { recursive: true });
      const unpack = ['-xzf', join(this.folder, tarball), '--strip-components=1', '-C', target];
      execFileSync('tar', unpack);
      this.link(name, '@ai-sdk/react', resolve('node_modules', reactPackage));
      const resolveFrom = createRequire(resolve('node_modules', reactPackage, 'package.json'));
      this.link(name, 'ai', dirname(resolveFrom.resolve('ai/package.json')));
      for (const other of ['react', '@types/react']) {
        this.link(name, other, resolve('node_modules', other));
      }
    }
  }

  /** Compiles all of it. Gives what the compiler has against it. */
  async compile(): Promise<string> {
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const run = promisify(execFile)(process.execPath, [compiler], { cwd: this.folder });
    return run.then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stdout: string }).stdout,
    );
  }

  /** Runs a module beside the compiled files of an application. Gives the JSON that it prints. */
  async run(application: string, module: string, args: readonly string[]): Promise<unknown> {
    const file = join(this.folder, 'dist', application, 'src', 'run.js');
    writeFileSync(file, module);
    // Node finds the packages of a module above its folder.
    const packages = join(this.folder, application, 'node_modules');
    symlinkSync(packages, join(this.folder, 'dist', application, 'node_modules'));
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args]);
    return JSON.parse(stdout);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  private link(application: string, name: string, target: string): void {
    const path = join(this.folder, application, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }
}

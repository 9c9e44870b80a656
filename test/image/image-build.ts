import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { DockerIgnore } from './docker-ignore.js';
import {
  parseDockerfile,
  readImageConfig,
  type ImageConfig,
  type Instruction,
  type Stage,
} from './dockerfile.js';

/** What the engine reads from the image, and no step runs. */
const SETTINGS = [
  ...['ARG', 'CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE'],
  ...['HEALTHCHECK', 'LABEL', 'STOPSIGNAL', 'USER'],
];

/** Milliseconds. Without its registry, npm tries for minutes. */
const STEP_LIMIT_MS = 400_000;

/**
 * An image that is built without a container engine: the steps of the Dockerfile, each stage in an empty
 * folder. A base is an empty folder with Node 24 and the libraries that Node needs. Steps that `RUN` are
 * processes of this machine, with Node 24 first on their path.
 */
export class ImageBuild {
  readonly config: ImageConfig;
  private readonly roots = new Map<string, string>();
  private readonly contextFiles: readonly string[];

  private constructor(
    private readonly folder: string,
    private readonly context: string,
    private readonly node: string,
    readonly stages: readonly Stage[],
  ) {
    const ignored = readFileSync(join(context, '.dockerignore'), 'utf8');
    this.contextFiles = new DockerIgnore(ignored).filesOf(context);
    this.config = readImageConfig(stages.at(-1) as Stage);
  }

  /** Takes the better part of a minute. */
  static run(context = process.cwd()): ImageBuild {
    const folder = mkdtempSync(join(tmpdir(), 'image-'));
    const stages = parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'));
    const build = new ImageBuild(folder, context, installNode(join(folder, 'node')), stages);
    try {
      for (const stage of stages) build.runStage(stage);
      return build;
    } catch (error) {
      build.remove();
      throw error;
    }
  }

  /** The root of the file system of the image. */
  get root(): string {
    return this.rootOf(this.stages.at(-1)?.name ?? '');
  }

  /** The version of Node in the image: `v24.1.0`. */
  get nodeVersion(): string {
    return execFileSync(this.node, ['--version'], { encoding: 'utf8' }).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private runStage({ name, instructions }: Stage): void {
    const root = join(this.folder, 'stages', name);
    this.roots.set(name, root);
    this.addNodeTo(root);
    let workdir = '/';
    for (const instruction of instructions) {
      if (instruction.name === 'WORKDIR') {
        workdir = resolve(workdir, instruction.text);
        mkdirSync(join(root, workdir), { recursive: true });
      } else if (instruction.name === 'COPY') this.copy(instruction, root, workdir);
      else if (instruction.name === 'RUN') this.runStep(instruction.text, join(root, workdir));
      else if (!SETTINGS.includes(instruction.name)) {
        throw new Error(`This build does not know ${instruction.name}.`);
      }
    }
  }

  /** Node where distroless has it, and what the loader finds for it on this machine. */
  private addNodeTo(root: string): void {
    const linked = execFileSync('ldd', [this.node], { encoding: 'utf8' });
    const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
    for (const path of libraries) cpSync(path, join(root, path), { dereference: true });
    cpSync(this.node, join(root, 'nodejs/bin/node'));
    for (const mountPoint of ['proc', 'tmp']) mkdirSync(join(root, mountPoint));
  }

  private copy({ flags, text }: Instruction, root: string, workdir: string): void {
    const paths = text.split(/\s+/);
    const target = paths.pop() ?? '';
    for (const path of paths) {
      const destination = join(root, resolve(workdir, target));
      if (flags['from'] === undefined)
        this.copyFromContext(path, destination, target.endsWith('/'));
      else copyPath(join(this.rootOf(flags['from']), path), destination, target.endsWith('/'));
    }
  }

  /** Only what .dockerignore leaves is there. */
  private copyFromContext(path: string, destination: string, isFolder: boolean): void {
    const files = this.contextFiles.filter((file) => file === path || file.startsWith(`${path}/`));
    if (files.length === 0) throw new Error(`COPY ${path}: .dockerignore leaves no such file.`);
    for (const file of files) {
      const below = file === path ? '' : file.slice(path.length + 1);
      copyPath(join(this.context, file), join(destination, below), isFolder && below === '');
    }
  }

  private runStep(command: string, folder: string): void {
    const path = `${dirname(this.node)}:${process.env['PATH'] ?? ''}`;
    execFileSync('sh', ['-ec', command], {
      cwd: folder,
      env: { ...environmentOfSteps(), PATH: path },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: STEP_LIMIT_MS,
    });
  }

  private rootOf(stage: string): string {
    const root = this.roots.get(stage);
    if (root === undefined) throw new Error(`There is no stage ${stage}.`);
    return root;
  }
}

/** What this machine needs to reach a registry, and nothing that npm or Jest has set for the tests. */
function environmentOfSteps(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_ENV|NODE_OPTIONS|INIT_CWD|JEST_)/.test(name),
  );
  return Object.fromEntries(own);
}

function copyPath(source: string, destination: string, isFolder: boolean): void {
  if (!existsSync(source)) throw new Error(`COPY: there is no ${source}.`);
  const intoFolder = isFolder && !statSync(source).isDirectory();
  cpSync(source, intoFolder ? join(destination, basename(source)) : destination, {
    recursive: true,
    verbatimSymlinks: true,
  });
}

/** The package carries nothing but the binary. */
function installNode(folder: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const options = ['--silent', '--no-save', '--prefix', folder];
  execFileSync('npm', ['install', ...options, `${name}@24`], { cwd: tmpdir() });
  return join(folder, 'node_modules', name, 'bin/node');
}

/**
 * Builds what changed: `node scripts/build.mjs service examples`. A target is compiled when its inputs are
 * not the ones that its outputs were made from, or when an output is missing. The stamp, a file among the
 * outputs, records both. It is deleted before the compiler runs and written after that: a build that was
 * interrupted or failed counts as none.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every target depends on: the compiler, the packages and their options. */
const COMMON = [
  'scripts/build.mjs',
  'package.json',
  'package-lock.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
];

/** Inputs are files and folders. A target may need the outputs of another one. */
const TARGETS = {
  service: {
    inputs: [
      'src',
      'test/contract',
      'nest-cli.json',
      'tsconfig.build.json',
      'tsconfig.contract.json',
    ],
    outputs: ['dist'],
  },
  client: {
    inputs: [
      'clients/typescript/src',
      'clients/typescript/tsconfig.json',
      'clients/typescript/tsconfig.build.json',
    ],
    outputs: ['clients/typescript/dist'],
  },
  examples: {
    needs: 'service',
    // The page is built from the sources of the client package.
    inputs: ['examples', 'clients/typescript/src'],
    outputs: ['examples/dist', 'examples/web-chat/dist'],
  },
  bench: {
    needs: 'service',
    inputs: ['src', 'bench', 'tsconfig.bench.json'],
    outputs: ['dist-bench/bench', 'dist-bench/src'],
  },
};

/** Folders that hold no input: what is built, installed or measured. */
const NOT_INPUTS = ['dist', 'node_modules', 'results'];

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function digestsOf(paths) {
  const files = paths.flatMap(filesIn).filter(
    (file) =>
      !file
        .split('/')
        .slice(1, -1)
        .some((folder) => NOT_INPUTS.includes(folder)),
  );
  return Object.fromEntries(
    files.map((file) => [file, createHash('sha1').update(readFileSync(file)).digest('base64')]),
  );
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function compile(name) {
  const script = ['run', '--silent', `compile:${name}`];
  const { status, error } = spawnSync('npm', script, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function build(name) {
  const { needs, inputs, outputs } = TARGETS[name];
  const digests = { ...(needs && build(needs)), ...digestsOf([...COMMON, ...inputs]) };
  const stampFile = join(outputs[0], '.build.json');
  const stamp = readStamp(stampFile);
  const isWhole = stamp !== undefined && stamp.outputs.every((file) => existsSync(file));
  const isSame = isWhole && JSON.stringify(stamp.inputs) === JSON.stringify(digests);
  if (isSame) return digests;

  rmSync(stampFile, { force: true });
  // Incremental compilers replace no output that is gone, and delete none whose source is gone.
  const isIncremental = isWhole && Object.keys(stamp.inputs).every((file) => file in digests);
  if (!isIncremental)
    for (const folder of outputs) rmSync(folder, { recursive: true, force: true });
  compile(name);
  const made = outputs.flatMap(filesIn);
  writeFileSync(stampFile, JSON.stringify({ inputs: digests, outputs: made }));
  return digests;
}

for (const target of process.argv.slice(2)) build(target);

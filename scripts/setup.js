// Brings a checkout to a built state and does nothing where nothing changed: dependencies, addon, TypeScript.
// Plain JavaScript on node builtins only, because it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the project's root; its output is shown only when it fails, unless `show` is set. */
export function run(command, args, { show = false, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  if (error) throw new Error(`${command} could not be started (${error.message}). Is it installed?`);
  if (status === 0) return stdout ?? '';
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}\n`);
  throw new Error(`${command} ${args.join(' ')} failed with exit code ${status}`);
}

const require = createRequire(import.meta.url);

/** Runs the command `bin` of an installed package, wherever npm has put that, with this very Node. */
export function runPackage(name, bin, args, options) {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin: bins } = JSON.parse(readFileSync(manifest, 'utf8'));
  const script = join(dirname(manifest), typeof bins === 'string' ? bins : bins[bin]);
  return run(process.execPath, [script, ...args], options);
}

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(process.versions.modules + process.arch);
  for (const input of inputs) {
    for (const file of filesBelow(join(root, input))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Does `work` unless the stamp says that it was done for these very inputs and its output is still there. */
function step({ about, inputs, stamp, output, work }) {
  const stampFile = join(root, stamp);
  const hash = hashOf(inputs);
  const isCurrent = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
  if (isCurrent() && existsSync(join(root, output))) return;
  const begin = Date.now();
  process.stderr.write(`sepet: ${about} ...\n`);
  work();
  mkdirSync(join(stampFile, '..'), { recursive: true });
  writeFileSync(stampFile, hash);
  process.stderr.write(`sepet: ${about} took ${((Date.now() - begin) / 1000).toFixed(1)} s\n`);
}

const addon = join('build', 'Release', 'sepet.node');

/** The addon, by cmake-js; where there is no CMake, by node-gyp from the same sources. */
export function buildAddon() {
  step({
    about: 'building the C++ addon',
    inputs: ['CMakeLists.txt', 'binding.gyp', 'native'],
    stamp: join('build', '.sepet-addon'),
    output: addon,
    work() {
      const { error } = spawnSync('cmake', ['--version']);
      if (!error) {
        runPackage('cmake-js', 'cmake-js', ['compile', '--parallel', String(availableParallelism())]);
        return;
      }
      process.stderr.write('sepet: no CMake here, building with node-gyp\n');
      runPackage('node-gyp', 'node-gyp', ['rebuild']);
    },
  });
}

function installDependencies() {
  step({
    about: 'installing dependencies',
    inputs: ['package.json', 'package-lock.json'],
    stamp: join('node_modules', '.sepet-dependencies'),
    output: join('node_modules', 'typescript'),
    // Not `npm ci`: it refuses a lock file that lacks binaries of other platforms, as it does where a registry
    // mirrors only one. The addon is built by its own step, after this one.
    work: () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']),
  });
}

function compileTypeScript() {
  step({
    about: 'compiling TypeScript',
    inputs: ['tsconfig.json', 'src', 'bench', 'loadtest', 'test', 'package-lock.json'],
    stamp: join('dist', '.sepet-compiled'),
    output: join('dist', 'src', 'cli', 'main.js'),
    work: () => runPackage('typescript', 'tsc', []),
  });
}

/** What the command and its threads load, in few files. */
function bundleCommand() {
  step({
    about: 'bundling the command',
    inputs: ['tsconfig.json', 'src', join('scripts', 'bundle.js'), 'package-lock.json'],
    stamp: join('dist', '.sepet-bundled'),
    output: join('dist', 'bundle', 'cli', 'main.js'),
    work: () => run(process.execPath, [join('scripts', 'bundle.js')]),
  });
}

/** The pages and the widget, into dist/ui. */
function buildUi() {
  step({
    about: 'building the UI',
    inputs: ['ui', join('src', 'client'), join('src', 'base'), 'package-lock.json'],
    stamp: join('dist', '.sepet-ui'),
    output: join('dist', 'ui', 'widget.js'),
    work() {
      const config = ['build', '--config', join('ui', 'vite.config.ts'), '--logLevel', 'warn'];
      runPackage('vite', 'vite', config);
      runPackage('vite', 'vite', [...config, '--mode', 'widget']);
    },
  });
}

/** Everything that `npm start` and `npm test` need before they begin. */
export function setup() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 17)) {
    throw new Error(`Node ${process.versions.node} is too old: Sepet needs 20.17 or newer`);
  }
  installDependencies();
  buildAddon();
  compileTypeScript();
  bundleCommand();
  buildUi();
}

/** Runs `main`, and ends the process with a sentence rather than a stack where it fails. */
export function runScript(main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`sepet: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runScript(setup);

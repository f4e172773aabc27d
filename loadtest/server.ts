// The server under load: `sepet serve` as a child process on a free port, or one that already runs.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { LoadError } from './mistake.ts';
import { fromRoot } from './root.ts';

export const sepetCommand = fromRoot('bin', 'sepet.js');

export interface Target {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs a command of Sepet and returns what it printed. Throws a LoadError with what it complained of. */
export async function runSepet(...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [sepetCommand, ...args], {
      maxBuffer: 2 ** 28,
    });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(`\`sepet ${args[0]}\` failed: ${said}`, { cause });
  }
}

/** Throws a LoadError where there is no such artifact. */
export function checkArtifact(artifact: string): void {
  if (existsSync(artifact)) return;
  throw new LoadError(
    `There is no ${artifact}. Run \`npm start\` once to make the demo shop, or name one with --artifact.`,
  );
}

export const runningServer = (url: string): Target => ({
  url: url.replace(/\/+$/, ''),
  stop: async () => {},
});

/** Starts `sepet serve` with these arguments. */
export async function startServer(args: readonly string[]): Promise<Target> {
  const given = [sepetCommand, 'serve', ...args, '--port', '0', '--json', '--drain-seconds', '0'];
  // A group of its own: Ctrl-C reaches only us, so that what was measured until then can still be told.
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  createInterface(child.stderr).on('line', (complaint) => {
    if (!complaint.includes('"level":"info"')) process.stderr.write(`${complaint}\n`);
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  if (typeof line !== 'string') throw new LoadError('The server did not start; its message stands above.');
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    stop: async () => {
      process.removeListener('exit', orphan);
      await stopChild(child, exited);
    },
  };
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await exited;
  clearTimeout(patience);
}

const stopMs = 15_000;
/** A server that hangs tells nothing of itself, and must not hold up the report. */
const stateMs = 2000;

/** What the server tells of itself. */
export interface ServerState {
  readonly residentMiB?: number;
  readonly openFiles?: number;
}

/** Its memory and open files by /metrics; nothing of a server that has none. */
export async function askState(url: string): Promise<ServerState> {
  const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(stateMs) }).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  const sum = (name: string): number | undefined => {
    const found = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+]+)`, 'gm'))];
    return found.length === 0 ? undefined : found.reduce((total, [, value]) => total + Number(value), 0);
  };
  const [bytes, openFiles] = [sum('process_resident_memory_bytes'), sum('process_open_fds')];
  return {
    ...(bytes !== undefined && { residentMiB: Math.round(bytes / 2 ** 20) }),
    ...(openFiles !== undefined && { openFiles }),
  };
}

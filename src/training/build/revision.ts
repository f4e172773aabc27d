import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit of a working folder, with `+` where it has changes; undefined outside of git. */
export async function gitRevision(cwd: string): Promise<string | undefined> {
  try {
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], { cwd });
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--untracked-files=no'], { cwd });
    return commit.trim() + (changes.trim() === '' ? '' : '+');
  } catch {
    return undefined;
  }
}

// `npm start`: sets up, builds, and runs the main job on the demo shop. Arguments go to `sepet start`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, runScript, setup } from './setup.js';

runScript(setup);
const child = spawn(process.execPath, [join(root, 'bin', 'sepet.js'), 'start', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// A terminal sends Ctrl-C to both; a supervisor signals this process alone, so pass it on.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

// Progress on stderr: a bar on a terminal, else a line every few seconds.

import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** `note` is shown after the count, such as `loss 0.41`. */
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

const secondsBetweenLines = 5;

export function startProgress(title: string, unit: string): Progress {
  return process.stderr.isTTY ? terminalBar(title, unit) : plainLines(title, unit);
}

function terminalBar(title: string, unit: string): Progress {
  const format = `${title} {bar} {percentage}% · {value}/{total} ${unit} · {eta_formatted} left {note}`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  let started = false;
  return {
    update(done, total, note = '') {
      if (!started) bar.start(total, 0, { note });
      started = true;
      bar.setTotal(total);
      bar.update(done, { note: note && `· ${note}` });
    },
    stop: () => bar.stop(),
  };
}

function plainLines(title: string, unit: string): Progress {
  let last = performance.now();
  return {
    update(done, total, note) {
      const now = performance.now();
      if (now - last < secondsBetweenLines * 1000) return;
      last = now;
      const share = Math.floor((100 * done) / total);
      process.stderr.write(`${title}: ${share}% (${done} of ${total} ${unit})${note ? `, ${note}` : ''}\n`);
    },
    stop: () => undefined,
  };
}

// Log lines on stderr: for people by default, one JSON object a line for machines.
// Requests are counted by the metrics, not logged one by one.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type LogLevel = 'info' | 'warn' | 'error';

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

type Line = (level: LogLevel, message: string, fields: LogFields) => string;

const jsonLine: Line = (level, message, fields) =>
  JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });

const textLine: Line = (level, message, fields) => {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined);
  const mark = level === 'info' ? '' : `${level}: `;
  return `sepet: ${mark}${message}${told.map(([name, value]) => ` ${name}=${value}`).join('')}`;
};

/** A log that writes to stderr, or wherever `write` puts its lines. */
export function createLog(
  format: 'text' | 'json',
  write: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Log {
  const line = format === 'json' ? jsonLine : textLine;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write(line(level, message, fields));
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/**
 * Says the first of what may come a thousand times a second, then one a period with the number of those unsaid
 * (`repeated`): a bug that every request meets must not fill the disk.
 */
export function throttled(say: Log['error'], everyMs = 1000): (message: string) => void {
  let unsaid = 0;
  let saidMs = Number.NEGATIVE_INFINITY;
  return (message) => {
    const nowMs = performance.now();
    if (nowMs - saidMs < everyMs) {
      unsaid++;
      return;
    }
    say(message, unsaid > 0 ? { repeated: unsaid } : {});
    [unsaid, saidMs] = [0, nowMs];
  };
}

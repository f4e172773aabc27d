// What is measured of the access log.

import { Counter, type Registry } from 'prom-client';
import type { AccessLog } from './access-log.ts';

/** Counts its lines; all zero where there is none. */
export function watchAccessLog(registry: Registry, log: Pick<AccessLog, 'counts'> | undefined): void {
  new Counter({
    name: 'sepet_access_log_lines_total',
    help: 'Lines of the access log: written, or dropped where their reader is too slow or gone.',
    labelNames: ['result'],
    registers: [registry],
    collect() {
      const { lines, dropped } = log?.counts ?? { lines: 0, dropped: 0 };
      this.reset();
      this.inc({ result: 'written' }, lines);
      this.inc({ result: 'dropped' }, dropped);
    },
  });
}

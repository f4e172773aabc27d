// Numbers for people.

import type { DriveResult } from '../drive/drive.ts';
import type { Served } from '../requests/catalogue.ts';
import type { Machine, Versions } from './report.ts';

export const ms = (value: number): string =>
  value < 1000 ? `${value.toFixed(value < 10 ? 2 : 1)} ms` : `${(value / 1000).toFixed(2)} s`;
export const count = (value: number): string => Math.round(value).toLocaleString('en');
export const times = (value: number): string => `×${value.toFixed(2)}`;

export const percentileNames = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99_9', 'p99.9'],
  ['max', 'max'],
] as const;

export const loadText = ({ driver, threads, connections, rate }: DriveResult): string =>
  `${count(connections)} connections, ${rate === undefined ? 'each waiting for its answer' : `${count(rate)} requests a second`}; ${driver}, ${threads} thread${threads === 1 ? '' : 's'}`;

export const machineText = ({ cores, cpu, memoryGiB, kernel, node }: Machine): string =>
  `${cores} cores (${cpu}), ${memoryGiB} GiB, kernel ${kernel}; Node.js ${node}`;

export const versionText = (versions: Versions): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

export const servedText = ({ artifact, policy, products }: Served): string =>
  `${artifact.slice(0, 19)}…, ${count(products)} products, policy ${policy}`;

export const failuresText = ({ errors, unanswered, non2xx }: DriveResult): string =>
  `${count(errors)} broken, ${count(unanswered)} unanswered, ${count(non2xx)} other than 2xx`;

export const statusText = ({ statuses }: DriveResult): string =>
  Object.entries(statuses)
    .map(([status, n]) => `${count(n)} × ${status}`)
    .join(', ') || 'no answer';

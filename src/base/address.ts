// The one complaint about an address that cannot be listened on.

import { SepetError } from './errors.ts';

export const addressUnavailable = (host: string, port: number, options?: ErrorOptions): SepetError =>
  new SepetError(
    'address_unavailable',
    `Cannot listen on ${host}:${port}: the port is in use or not permitted, or the host is not of this machine. Choose another with --port or --host, or --port 0 for a free one.`,
    options,
  );

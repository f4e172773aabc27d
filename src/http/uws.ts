// The one door to uWebSockets.js. Two releases of it are installed, because none has binaries for every Node.js
// that we run on; which one is loaded follows from the runtime's ABI.
//
// Rules of the house, held by exchange.ts: a request object is dead once its callback returns; whoever answers
// later registers `onAborted` first; every write happens inside `cork`; nothing is written after an abort.

import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import { createRequire } from 'node:module';
import { addressUnavailable } from '../base/address.ts';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export type { HttpRequest, HttpResponse, TemplatedApp };

/** The types put this constant into an enum that does not exist at run time. */
type Library = typeof import('uWebSockets.js') & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number };

const require = createRequire(import.meta.url);
/** Node 18, 20, 22 and 23. */
const firstAbis = ['108', '115', '127', '131'];

/**
 * Loads the release that fits this Node.js. Throws `runtime_unsupported` where none does.
 * The header limit is read by the library as it loads, from the environment.
 */
export function loadUws(): Library {
  const abi = process.versions.modules;
  process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= String(limits.headerBytes.default);
  const name = firstAbis.includes(abi) ? 'uWebSockets.js' : 'uWebSockets.js-next';
  try {
    return require(name) as Library;
  } catch (cause) {
    const { platform, arch, version } = process;
    const [, glibc] = /GLIBC_([\d.]+)/.exec(String(cause)) ?? [];
    const lacks = glibc === undefined ? 'has no binary' : `needs glibc ${glibc} or newer`;
    throw new SepetError(
      'runtime_unsupported',
      `uWebSockets.js ${lacks} for Node.js ${version} (ABI ${abi}) on ${platform}-${arch}; use Node.js 20 or 22, or 24 with glibc 2.38, on Linux, macOS or Windows.`,
      { cause },
    );
  }
}

export interface Listener {
  readonly port: number;
  /** Takes no new connections; those that are open live on. */
  close(): void;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Whether other processes may listen on the port too; the kernel deals connections out to them. */
  readonly isShared: boolean;
}

/** Listens. Throws `address_unavailable`. */
export function listen(
  app: TemplatedApp,
  uws: Library,
  { host, port, isShared }: ListenOptions,
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const listening = (socket: us_listen_socket | false): void => {
      if (socket === false) reject(addressUnavailable(host, port));
      else
        resolve({
          port: uws.us_socket_local_port(socket),
          close: () => uws.us_listen_socket_close(socket),
        });
    };
    // The types lack this form; without the option two servers would silently share one port.
    const listenOn = app.listen as unknown as (
      host: string,
      port: number,
      options: number,
      callback: typeof listening,
    ) => void;
    listenOn.call(app, host, port, isShared ? 0 : uws.LIBUS_LISTEN_EXCLUSIVE_PORT, listening);
  });
}

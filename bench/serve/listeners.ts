// node listeners.js ARTIFACT POLICY THREADS: the other way to use several cores. Each thread has an event loop with a
// uWebSockets.js of its own on one shared port and answers by itself, by the project's own parsing, batching and encoding;
// the kernel deals out the connections. With 0 threads the same small server does it the server's way, with one event loop and
// workers, so that the two can be compared without what else `sepet serve` does for a request.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { negotiate } from '../../src/http/negotiate.ts';
import { decodeSegment, queryPairs } from '../../src/http/url.ts';
import { type HttpResponse, loadUws } from '../../src/http/uws.ts';
import { readPolicy } from '../../src/policy/parse.ts';
import { Batcher } from '../../src/pool/batcher.ts';
import { helped, inlineRunner } from '../../src/pool/runner.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import { artifactOpener, Versions } from '../../src/pool/versions.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { parseRequest } from '../../src/recommend/request.ts';

interface Given {
  readonly file: string;
  readonly policy: string;
  readonly port: number;
}

async function batcherOf({ file, policy }: Given): Promise<Batcher> {
  const policies = [readPolicy(policy)];
  const artifact = openArtifact(file).id;
  const version = { number: 1, file, artifact, policies, pages: 'map' as const };
  const nothing = () => {};
  const observer = { waited: nothing, answered: nothing, lost: nothing };
  const versions = new Versions(artifactOpener());
  const workers = Math.max(1, availableParallelism() - 1);
  const runner = isMainThread
    ? helped(await piscinaRunner({ workers, version, onError: nothing }), versions, version)
    : inlineRunner(versions, version);
  return new Batcher({ runner, maxBatch: 32, queue: 1024, observer });
}

function send(response: HttpResponse, status: string, contentType: string, body: Uint8Array | string): void {
  response.cork(() => {
    response.writeStatus(status).writeHeader('Content-Type', contentType).writeHeader('Vary', 'Accept');
    response.end(body);
  });
}

/** Serves in this thread; resolves once it listens. */
async function serve(given: Given): Promise<void> {
  const batcher = await batcherOf(given);
  const uws = loadUws();
  const app = uws.App();
  app.get('/v1/products/:id/bought-together', (response, request) => {
    let isGone = false;
    response.onAborted(() => {
      isGone = true;
    });
    const { encoding, contentType } = negotiate(request.getHeader('accept')) ?? {
      encoding: 'json' as const,
      contentType: 'application/json',
    };
    const product = decodeSegment(request.getParameter(0) ?? '');
    const query = (request.getQuery() as string | undefined) ?? '';
    const ticket = batcher.submit(
      { request: parseRequest(product, queryPairs(query)), encoding },
      (result) => {
        if (isGone) return;
        if (result.failure === undefined) send(response, '200 OK', contentType, result.body);
        else send(response, '500 Internal Server Error', contentType, result.failure.message);
      },
    );
    if (ticket === undefined) send(response, '503 Service Unavailable', contentType, '');
  });
  return new Promise((resolve, reject) => {
    // The types lack this form; the option 0 shares the port.
    const listen = app.listen as unknown as (
      ...all: [host: string, port: number, options: number, (socket: never) => void]
    ) => void;
    listen.call(app, '127.0.0.1', given.port, 0, (socket) => {
      if (socket) resolve();
      else reject(new Error('cannot listen'));
    });
  });
}

/** A port that is free now: only one that is named can be shared. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start([file = '', policy = '', threads = '2']: readonly string[]): Promise<void> {
  const port = await freePort();
  if (threads === '0') await serve({ file, policy, port });
  for (let i = 0; i < Number(threads); i++)
    await once(new Worker(new URL(import.meta.url), { workerData: { file, policy, port } }), 'message');
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
}

if (isMainThread) await start(process.argv.slice(2));
else {
  await serve(workerData as Given);
  parentPort?.postMessage('listening');
}

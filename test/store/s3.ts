// A real S3 server on a port of this machine for tests: s3rver, its files in a temporary folder, behind a proxy that adds
// what it lacks (see s3-proxy.ts). Credentials are set for this process and those that it starts.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { type S3Proxy, startProxy } from './s3-proxy.ts';

const bucket = 'sepet-test';

export interface S3Server {
  /** Of a store in it. */
  readonly address: string;
  /** Of the same store without the proxy: no conditional writes. */
  readonly plainAddress: string;
  readonly proxy: S3Proxy;
  /** The file in which s3rver has a key of the store. */
  fileOf(key: string): string;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'sepet-s3-'));
  const fileOf = (path: string): string => join(directory, `${path}._S3rver_object`);
  const s3rver = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await s3rver.run();
  const proxy = await startProxy({ port, fileOf: (path) => fileOf(decodeURIComponent(path)) });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' });
  const addressOf = (at: number): string =>
    `s3://${bucket}/team/sepet?endpoint=http://127.0.0.1:${at}&region=us-east-1&pathStyle=true`;
  return {
    address: addressOf(proxy.port),
    plainAddress: addressOf(port),
    proxy,
    fileOf: (key) => fileOf(`/${bucket}/team/sepet/${key}`),
    stop: async () => {
      await proxy.stop();
      await s3rver.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

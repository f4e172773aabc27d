// Object storage that speaks S3 as a store: AWS, R2, MinIO, Ceph. Documents change by If-Match and If-None-Match, objects
// come and go in parts.

import type { GetObjectCommandOutput, S3 } from '@aws-sdk/client-s3';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { withFile } from '../chunks.ts';
import { downloadTo, type Source } from '../download.ts';
import { conflict, objectMissing, tooLong } from '../failures.ts';
import { checkDocument, checkKey, checkPrefix } from '../keys.ts';
import type { DownloadOptions, Store, Stored, StoredKey, UploadOptions } from '../store.ts';
import type { S3Address } from './address.ts';
import { answerOf, type Condition, failureOf, isNoObject, isRefusal } from './answers.ts';
import { attempts, makeClient, sending } from './client.ts';
import { probeConditions } from './probe.ts';
import { type S3Object, sourceOf } from './source.ts';
import { uploadFile } from './upload.ts';

export class S3Store implements Store {
  readonly url: string;
  readonly #address: S3Address;
  #client: Promise<S3> | undefined;
  #probed: Promise<void> | undefined;

  constructor(address: S3Address) {
    this.url = address.url;
    this.#address = address;
  }

  async probe(): Promise<void> {
    const { bucket: Bucket, prefix } = this.#address;
    this.#probed ??= this.#ask((s3) => probeConditions(s3, this.url, { Bucket, prefix }));
    return this.#probed.catch((error: unknown) => {
      this.#probed = undefined;
      throw error;
    });
  }

  async read(key: string): Promise<Stored | undefined> {
    checkKey(key);
    return this.#ask((s3) => this.#document(s3, key));
  }

  async readIfChanged(key: string, etag: string): Promise<Stored | 'same' | undefined> {
    checkKey(key);
    return this.#ask(async (s3) => {
      try {
        return await this.#document(s3, key, etag);
      } catch (error) {
        if (answerOf(error).status === 304) return 'same';
        throw error;
      }
    });
  }

  async write(key: string, bytes: Uint8Array, expected: string | null): Promise<string> {
    checkKey(key);
    checkDocument(key, bytes.length);
    const condition: Condition = expected === null ? { IfNoneMatch: '*' } : { IfMatch: expected };
    return this.#ask(async (s3) => {
      try {
        const put = { ...this.#object(key), Body: bytes, ContentType: 'application/json', ...condition };
        const { ETag: etag } = await s3.putObject(put, sending());
        if (etag === undefined) throw new Error('the server gives no etags');
        return etag;
      } catch (error) {
        if (!isRefusal(error, condition)) throw error;
        // Sent again after its answer was lost, a write is refused for what it did itself the first time.
        const now = answerOf(error).attempts > 1 ? await this.#document(s3, key) : undefined;
        if (now !== undefined && Buffer.compare(now.bytes, bytes) === 0) return now.etag;
        throw conflict(key);
      }
    });
  }

  async upload(key: string, path: string, options: UploadOptions = {}): Promise<void> {
    checkKey(key);
    const object = this.#object(key);
    return withFile(path, (file, bytes) =>
      this.#ask((s3) => uploadFile({ ...options, s3, object, file, name: path, bytes }), options.signal),
    );
  }

  async download(key: string, path: string, options: DownloadOptions): Promise<void> {
    checkKey(key);
    const source = async (): Promise<Source> => {
      try {
        return await sourceOf(await this.#s3(), this.#object(key), options.signal);
      } catch (error) {
        throw isNoObject(error) ? objectMissing(this.url, key) : error;
      }
    };
    const storeFailure = (error: unknown) => this.#failure(error, options.signal);
    return downloadTo({ ...options, key, path, source, storeFailure });
  }

  async list(prefix: string): Promise<StoredKey[]> {
    checkPrefix(prefix);
    const { bucket: Bucket, prefix: base } = this.#address;
    return this.#ask(async (s3) => {
      const found: StoredKey[] = [];
      let token: string | undefined;
      do {
        const asked = {
          Bucket,
          Prefix: base + prefix,
          ...(token !== undefined && { ContinuationToken: token }),
        };
        const page = await s3.listObjectsV2(asked);
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          const key = Key.slice(base.length);
          // Consoles make objects that end with a slash to show folders; probes begin with a dot.
          if (!/(^|\/)(\.|$)/.test(key))
            found.push({ key, bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 });
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    });
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.#ask((s3) => s3.deleteObject(this.#object(key)));
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then((s3) => s3.destroy()).catch(() => undefined);
  }

  #object = (key: string): S3Object => ({
    Bucket: this.#address.bucket,
    Key: this.#address.prefix + key,
  });

  #s3(): Promise<S3> {
    this.#client ??= makeClient(this.#address);
    return this.#client;
  }

  /** The SDK repeats a request until the answer begins; a body that breaks off is this loop's. */
  async #document(s3: S3, key: string, unless?: string): Promise<Stored | undefined> {
    const asked = { ...this.#object(key), ...(unless !== undefined && { IfNoneMatch: unless }) };
    for (let attempt = 1; ; attempt++) {
      const answer = await s3.getObject(asked).catch((error: unknown) => {
        if (isNoObject(error)) return undefined;
        throw error;
      });
      if (answer === undefined) return undefined;
      try {
        return await this.#bytesOf(key, answer);
      } catch (error) {
        if (error instanceof SepetError || attempt >= attempts) throw error;
      }
    }
  }

  async #bytesOf(key: string, { Body, ContentLength, ETag }: GetObjectCommandOutput): Promise<Stored> {
    if (Body === undefined || ETag === undefined) throw new Error('the answer has no body or no etag');
    if ((ContentLength ?? 0) > limits.documentBytes.max) {
      if ('destroy' in Body) Body.destroy();
      throw tooLong(key, ContentLength ?? 0);
    }
    return { bytes: await Body.transformToByteArray(), etag: ETag };
  }

  /** Answers and failures of requests, as errors of Sepet. */
  async #ask<T>(work: (s3: S3) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await work(await this.#s3());
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  #failure(error: unknown, signal?: AbortSignal): SepetError {
    return failureOf(error, { url: this.url, bucket: this.#address.bucket, signal });
  }
}

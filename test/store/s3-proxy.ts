// In front of s3rver, what S3 has and s3rver lacks: conditional writes (412, 404, and 409 where two come at once), If-Match
// of reads, lists of unfinished uploads and their parts, aborting them. It also hides what s3rver does wrong: a body that
// breaks off is stored as far as it came, an object is there before all of it is on the disk, and lists of more than one
// page fail with the OpenSSL of today.
// `intercept` makes trouble on the way: answers that are lost, cut or never come.

import { statSync } from 'node:fs';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Asked {
  readonly method: string;
  /** The path without the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

export type Trouble =
  /** Does what was asked and closes the connection instead of answering. */
  | { readonly kind: 'lose' }
  /** Closes the connection after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Flips a bit of the body's first byte. */
  | { readonly kind: 'flip' }
  | { readonly kind: 'answer'; readonly status: number; readonly code: string };

export interface S3Proxy {
  readonly port: number;
  readonly asked: Asked[];
  intercept: ((asked: Asked) => Trouble | undefined) | undefined;
  /** Unfinished uploads. */
  uploads(): number;
  stop(): Promise<void>;
}

interface Upload {
  readonly path: string;
  readonly initiated: string;
  readonly parts: Map<number, { etag: string; bytes: number }>;
}

interface Behind {
  readonly port: number;
  /** Where s3rver has the object of a path. */
  readonly fileOf: (path: string) => string;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`),
});

const failure = (status: number, code: string): Answer =>
  xml(status, `<Error><Code>${code}</Code><Message>${code}</Message><RequestId>0</RequestId></Error>`);

async function whole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

class ConditionalProxy implements S3Proxy {
  readonly asked: Asked[] = [];
  intercept: S3Proxy['intercept'];
  readonly server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #uploads = new Map<string, Upload>();
  readonly #locks = new Map<string, Promise<unknown>>();
  readonly #behind: Behind;
  #contended = 0;

  constructor(behind: Behind) {
    this.#behind = behind;
    this.server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  uploads = (): number => this.#uploads.size;

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** One request of a path at a time: s3rver changes files in place. */
  async #locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(name);
    const mine = (before ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => undefined);
    this.#locks.set(name, settled);
    try {
      return await mine;
    } finally {
      if (this.#locks.get(name) === settled) this.#locks.delete(name);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://proxy');
    const { method = 'GET', headers } = request;
    const asked: Asked = {
      method,
      key: decodeURIComponent(url.pathname.split('/').slice(2).join('/')),
      query: url.searchParams,
      headers,
    };
    this.asked.push(asked);
    // A body that breaks off is no request at all.
    const body = await whole(request);
    const trouble = this.intercept?.(asked);
    const isConditional = method === 'PUT' && (headers['if-match'] ?? headers['if-none-match']) !== undefined;
    const answer =
      trouble?.kind === 'answer'
        ? failure(trouble.status, trouble.code)
        : isConditional && this.#locks.has(url.pathname) && this.#contended++ % 2 === 1
          ? failure(409, 'ConditionalRequestConflict')
          : await this.#locked(url.pathname + (url.searchParams.get('partNumber') ?? ''), () =>
              this.#answer(request, url, body),
            );
    this.#send(response, method, answer, trouble);
  }

  #send(response: ServerResponse, method: string, answer: Answer, trouble: Trouble | undefined): void {
    if (trouble?.kind === 'lose') return void response.destroy();
    const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers;
    const length = method === 'HEAD' ? headers['content-length'] : String(answer.body.length);
    const given = Object.entries({ ...headers, 'content-length': length }).filter(
      ([, value]) => value !== undefined,
    );
    response.writeHead(answer.status, Object.fromEntries(given) as Record<string, string>);
    if (trouble?.kind === 'flip') answer.body[0] = (answer.body[0] ?? 0) ^ 1;
    if (trouble?.kind !== 'cut') return void response.end(answer.body);
    response.write(answer.body.subarray(0, trouble.afterBytes), () => setImmediate(() => response.destroy()));
  }

  #forward(method: string, url: URL, headers: IncomingMessage['headers'], body?: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = {
        port: this.#behind.port,
        agent: this.#agent,
        method,
        path: url.pathname + url.search,
        headers,
      };
      const request = httpRequest(options, (response) => {
        whole(response).then(
          (found) => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: found }),
          reject,
        );
      });
      request.on('error', reject).end(body);
    });
  }

  async #answer(request: IncomingMessage, url: URL, body: Buffer): Promise<Answer> {
    const { method = 'GET', headers } = request;
    const query = url.searchParams;
    const uploadId = query.get('uploadId');
    if (method === 'GET' && query.has('uploads')) return this.#listUploads(query.get('prefix') ?? '');
    if (method === 'GET' && query.get('list-type') === '2') return this.#listPage(url);
    if (uploadId !== null) return this.#part(method, url, { headers, body, uploadId });
    const refused = await this.#refusal(method, url, headers);
    if (refused !== undefined) return refused;
    const { 'if-match': _, ...others } = headers;
    if (method === 'PUT') delete others['if-none-match'];
    const answer = await this.#forward(method, url, others, body);
    if (method === 'PUT' && answer.status === 200) await this.#settled(url.pathname, body.length);
    if (method === 'POST' && query.has('uploads')) {
      const id = /<UploadId>([^<]+)</.exec(answer.body.toString())?.[1] ?? '';
      this.#uploads.set(id, { path: url.pathname, initiated: new Date().toISOString(), parts: new Map() });
    }
    return answer;
  }

  /** As S3 answers where a condition does not hold. */
  async #refusal(method: string, url: URL, headers: IncomingMessage['headers']): Promise<Answer | undefined> {
    const [match, noneMatch] = [headers['if-match'], method === 'PUT' ? headers['if-none-match'] : undefined];
    if (match === undefined && noneMatch === undefined) return undefined;
    const found = await this.#forward('HEAD', url, {});
    if (found.status === 404 && match !== undefined) return failure(404, 'NoSuchKey');
    const holds = noneMatch === '*' ? found.status === 404 : found.headers.etag === match;
    return holds ? undefined : failure(412, 'PreconditionFailed');
  }

  /** A page of the first version of the list, whose marker is a key, told as one of the second. */
  async #listPage(url: URL): Promise<Answer> {
    const [prefix, token] = [
      url.searchParams.get('prefix') ?? '',
      url.searchParams.get('continuation-token') ?? '',
    ];
    const marker = Buffer.from(token, 'base64url').toString();
    const asked = new URL(`${url.pathname}?${new URLSearchParams({ prefix, marker })}`, url);
    const answer = await this.#forward('GET', asked, { 'x-amz-date': '' });
    const page = answer.body.toString();
    if (!page.includes('<IsTruncated>true<')) return answer;
    const last = [...page.matchAll(/<Key>([^<]+)</g)].at(-1)?.[1] ?? '';
    const next = `<NextContinuationToken>${Buffer.from(last).toString('base64url')}</NextContinuationToken>`;
    return { ...answer, body: Buffer.from(page.replace('<IsTruncated>', `${next}<IsTruncated>`)) };
  }

  #listUploads(prefix: string): Answer {
    const found = [...this.#uploads].map(([id, { path, initiated }]) => {
      const key = path.split('/').slice(2).join('/');
      if (!key.startsWith(prefix)) return '';
      return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
    });
    return xml(200, `<ListMultipartUploadsResult>${found.join('')}</ListMultipartUploadsResult>`);
  }

  async #part(
    method: string,
    url: URL,
    { headers, body, uploadId }: { headers: IncomingMessage['headers']; body: Buffer; uploadId: string },
  ): Promise<Answer> {
    const upload = this.#uploads.get(uploadId);
    if (upload?.path !== url.pathname) return failure(404, 'NoSuchUpload');
    if (method === 'GET') {
      const parts = [...upload.parts].map(
        ([number, { etag, bytes }]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${bytes}</Size></Part>`,
      );
      return xml(200, `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`);
    }
    if (method === 'DELETE') {
      this.#uploads.delete(uploadId);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    }
    const answer = await this.#forward(method, url, headers, body);
    if (answer.status !== 200) return answer;
    if (method === 'PUT') {
      const etag = String(answer.headers.etag);
      upload.parts.set(Number(url.searchParams.get('partNumber')), { etag, bytes: body.length });
    } else {
      this.#uploads.delete(uploadId);
      const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map((match) => Number(match[1]));
      const bytes = numbers.reduce((sum, number) => sum + (upload.parts.get(number)?.bytes ?? 0), 0);
      await this.#settled(url.pathname, bytes);
    }
    return answer;
  }

  async #settled(path: string, bytes: number): Promise<void> {
    const file = this.#behind.fileOf(path);
    for (let tries = 0; tries < 5000; tries++) {
      if (statSync(file, { throwIfNoEntry: false })?.size === bytes) return;
      await sleep(2);
    }
    throw new Error(`s3rver did not write ${bytes} bytes to ${path}`);
  }
}

/** Listens on a free port of this machine. */
export async function startProxy(behind: Behind): Promise<S3Proxy> {
  const proxy = new ConditionalProxy(behind);
  await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
  return proxy;
}

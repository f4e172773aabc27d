// A store: immutable objects whose names come from their content, and small documents that change by compare-and-swap.
// What a folder and object storage have in common; everything above knows only this.

export interface Stored {
  readonly bytes: Uint8Array;
  /** Names this state of the document: made by the store, opaque to everybody else. */
  readonly etag: string;
}

export interface StoredKey {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Called after each piece, at the end with both alike. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

export interface UploadOptions extends TransferOptions {
  /** SHA-256 that the file has, as 64 hexadecimal digits: one that changes on its way is not stored under its old name. */
  readonly sha256?: string;
}

export interface DownloadOptions extends TransferOptions {
  /** SHA-256 that the file must have, as 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Keys are names of letters, digits, `.`, `_` and `-` between slashes; none begins with a dot.
 * Every method throws `store_unreachable` where the store is away, `argument_invalid` for a key that is none.
 */
export interface Store {
  /** As commands show it; no credentials. */
  readonly url: string;

  /**
   * Whether conditional writes are honoured; asked once, then remembered. Who writes asks first: a folder that is not
   * there yet is made here. Throws `store_unconditional`.
   */
  probe(): Promise<void>;

  /** A small document (at most `documentBytes`), undefined where there is none. Throws `file_damaged` for a longer one. */
  read(key: string): Promise<Stored | undefined>;

  /** Like `read`; `same` where it still is what `etag` names. */
  readIfChanged(key: string, etag: string): Promise<Stored | 'same' | undefined>;

  /**
   * Writes a document whose etag is `expected` now, or that does not exist where that is null. Resolves to the new etag.
   * Of any number of writers with the same expectation one succeeds. Throws `store_conflict`.
   */
  write(key: string, bytes: Uint8Array, expected: string | null): Promise<string>;

  /**
   * Streams a file to a key, whole or not at all; memory does not grow with its size. An object of that key and length
   * that is there already is left as it is. Throws `file_not_found`, `file_io` (also where it changes), `cancelled`.
   */
  upload(key: string, path: string, options?: UploadOptions): Promise<void>;

  /**
   * Streams an object to `path`, which appears whole and right or not at all: beside it a `.part` grows, which a later
   * call goes on with. A file that is right already is taken, another one is replaced.
   * Throws `object_missing`, `file_damaged` (length or SHA-256), `file_io`, `cancelled`.
   */
  download(key: string, path: string, options: DownloadOptions): Promise<void>;

  /** Every key that begins with `prefix`, in the order of keys. */
  list(prefix: string): Promise<StoredKey[]>;

  /** Removes an object; one that is not there is none the less gone. */
  remove(key: string): Promise<void>;

  /** Closes connections. What is under way may fail. */
  close(): void;
}

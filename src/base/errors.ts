// Every error Sepet raises on purpose: a stable code, the HTTP status it becomes, and what it means.
// docs/errors.md is held equal to this table by a test, and the native codes to native/core/base/status.h.

const table = {
  // Requests
  option_unknown: [400, 'An option or parameter that does not exist; the message names the nearest one.'],
  option_invalid: [400, 'An option or parameter whose value is out of range or of the wrong type.'],
  product_unknown: [404, 'The product is not in this artifact.'],
  brand_unknown: [404, 'No product of this artifact is of the brand; the message names the nearest one.'],
  route_unknown: [404, 'No such path.'],
  method_not_allowed: [405, 'The path exists, but not with this method; Allow names those it takes.'],
  ui_missing: [404, 'The pages were not built; `npm run build` makes them.'],
  image_refused: [404, 'A file that is not served as an image: by its name it is none, or it is too large.'],
  url_invalid: [400, 'The path or the query string is not percent-encoded UTF-8.'],
  url_too_long: [414, 'The path and query string together exceed their limit.'],
  not_acceptable: [406, 'No offered media type fits the Accept header.'],
  media_type_unsupported: [
    415,
    'The body is of a media type, or in a coding, that is not read here; see Accept-Post.',
  ],
  body_invalid: [
    400,
    'The body is not the JSON or MessagePack that it is said to be, or is nested too deeply.',
  ],
  body_too_large: [413, 'The body exceeds its limit.'],
  body_timeout: [408, 'The body did not arrive in time.'],
  deadline_exceeded: [504, 'The time that the request gave was over before a worker was free.'],
  overloaded: [503, 'The queue is full; try again after the time in Retry-After.'],
  shutting_down: [503, 'The server is draining and takes no new work.'],
  address_unavailable: [500, 'The host and port cannot be listened on; the message says what to try.'],
  runtime_unsupported: [500, 'A native library has no binary for this Node.js or platform.'],
  client_limited: [429, 'This client asks too often; come back after the time in Retry-After.'],
  server_unreachable: [503, 'The client met no server, or none that answered in time.'],
  internal: [500, 'Something failed that should not have; the log holds the details.'],
  // Administration
  token_missing: [401, 'The path wants a token in the Authorization header and there is none.'],
  token_invalid: [401, "The token is not this server's."],
  admin_closed: [
    403,
    'Without a token, administration answers only to this machine, and not through a proxy.',
  ],
  draining: [503, 'An operator took the server out of traffic; requests are still answered.'],
  policy_stale: [
    409,
    'A policy of this name and revision, or a later one, is served and says something else.',
  ],
  policy_fixed: [409, 'The policy belongs to what is served and can only be replaced.'],
  // Events
  events_off: [404, 'The server takes no events: it was started without a folder for them.'],
  events_unavailable: [503, 'Events cannot be written now; send them again after the time in Retry-After.'],
  event_invalid: [400, 'An event that breaks its schema; the message says where.'],
  // Releases and verdicts by a server
  releases_off: [404, 'The server follows no label of a store, so it has no releases to show or to change.'],
  release_timeout: [
    504,
    'Work on a release took too long and was stopped; look at the history of the label.',
  ],
  verdicts_off: [404, 'The server keeps no verdicts: it was started without a folder for them.'],
  verdicts_unavailable: [503, 'Verdicts cannot be written now; send it again after the time in Retry-After.'],
  comparison_unknown: [404, 'No verdict was given on such a comparison.'],
  // Policies
  policy_unknown: [404, 'No policy of this name is served; the message names the nearest one.'],
  policy_invalid: [400, 'The policy document breaks its schema or names something that the artifact lacks.'],
  experiments_invalid: [
    400,
    'The file of experiments breaks its schema or names a policy that is not served.',
  ],
  // Stores, labels, releases
  store_invalid: [400, 'A store address that cannot be one; the message shows how they look.'],
  store_unreachable: [503, 'The store does not answer, or refuses these credentials.'],
  store_unconditional: [500, 'The object storage ignores conditional writes, which labels need.'],
  store_conflict: [409, 'Somebody else wrote this object first; read it again and decide anew.'],
  object_missing: [404, 'The store holds no such object.'],
  label_unknown: [404, 'The store has no such label; the message names the nearest one.'],
  label_pending: [503, 'The server has not got the release of this label yet; try again in a moment.'],
  label_conflict: [409, 'Somebody else moved the label first; look at its history and decide anew.'],
  release_unknown: [404, 'No artifact or revision of the store is called so, or several are.'],
  release_refused: [422, 'A gate stopped the release; the message gives every reason.'],
  signature_missing: [403, 'A signature is required and there is none.'],
  signature_invalid: [403, 'The signature fits none of the trusted keys.'],
  key_invalid: [400, 'Not an Ed25519 key in PEM form.'],
  delta_invalid: [400, 'A change that cannot be published or applied; the message names the product.'],
  // Data on its way in
  input_missing: [400, 'A file or folder that a command needs does not exist.'],
  input_unreadable: [400, 'A file that exists but cannot be read as what it should be.'],
  column_missing: [400, 'A mapped column is not in the file; the message names the nearest one.'],
  line_unreadable: [400, 'A line that cannot be read, under --strict.'],
  vectors_invalid: [
    400,
    'A file of vectors that is damaged, or of a kind that is not read; the message says what it is instead.',
  ],
  output_exists: [409, 'What would be written is there already; --force writes over it.'],
  data_empty: [400, 'Nothing is left to work on.'],
  manifest_invalid: [400, 'A manifest that is missing, damaged or of another version.'],
  // Training
  feature_spec_invalid: [
    400,
    'A feature spec that breaks its schema, or does not fit the rows; the message names the place.',
  ],
  search_space_invalid: [
    400,
    'A search space that breaks its schema or names no parameter; the message says where and gives the nearest name.',
  ],
  training_diverged: [500, 'A vector or the loss became NaN or infinite; lower the learning rate.'],
  checkpoint_mismatch: [400, 'The checkpoint was made with other data or parameters.'],
  // Tracking of runs
  tracking_unreachable: [
    503,
    'The tracking server does not answer; a warning, as what it lacks is kept and sent later.',
  ],
  tracking_refused: [
    502,
    'The tracking server refuses a request, or what is asked of it cannot be; a warning, as the run is kept.',
  ],
  run_unknown: [404, 'No run of this folder has an id that begins so; the message names the nearest one.'],
  cancelled: [499, 'Stopped on request; what was finished is kept.'],
  // Native: the same names as native/core/base/status.h
  argument_invalid: [400, 'A value that a native call cannot take: wrong type, length or range.'],
  tower_unavailable: [
    500,
    'A user tower is asked for and onnxruntime-node, which runs it, is not installed.',
  ],
  tower_invalid: [
    500,
    "The user tower's model cannot be opened, has other shapes than the artifact, or gave no finite vector.",
  ],
  vector_not_finite: [400, 'A vector holds NaN or infinity; the message names the row.'],
  file_not_found: [404, 'The file does not exist.'],
  file_io: [500, 'Reading or writing failed in the operating system.'],
  file_foreign: [400, 'Not a Sepet file: the magic is missing.'],
  file_version: [400, 'A Sepet file of a version that this build does not read.'],
  file_truncated: [400, 'The file is shorter than its header says.'],
  file_damaged: [400, 'A checksum or an offset in the file is wrong.'],
  file_replaced: [
    409,
    'Another file took the place of the one that is served; reload, or restart the server.',
  ],
  section_missing: [400, 'A section that is needed is not in the file, or has the wrong type.'],
  out_of_memory: [500, 'The machine gave no more memory.'],
} as const satisfies Record<string, readonly [status: number, meaning: string]>;

export type ErrorCode = keyof typeof table;

/** An expected failure: a stable `code`, the HTTP `status` it maps to and a message that says what to do. */
export class SepetError extends Error {
  override readonly name = 'SepetError';
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = table[code][0];
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(table, code);
}

/** The table's rows, for the docs and their test. */
export function errorTable(): { code: ErrorCode; status: number; meaning: string }[] {
  return (Object.keys(table) as ErrorCode[]).map((code) => ({
    code,
    status: table[code][0],
    meaning: table[code][1],
  }));
}

// The client of operators: what changes a server, its labels and its policies. Whatever changes something is sent once.

import type { RecommendAnswer } from '../recommend/recommender.ts';
import type {
  CheckedPolicy,
  Comparison,
  Comparisons,
  Diff,
  GivenVerdict,
  KeptVerdict,
  Moved,
  Outcome,
  SavedPolicy,
  Told,
} from './answers.ts';
import { outcomesOf, type Problem } from './messages.ts';
import { type BatchRequest, batchBody, queryString, segment } from './query.ts';
import { type CallOptions, createTransport, type TransportOptions } from './transport.ts';

export interface AdminClientOptions extends TransportOptions {
  /** The server's token; none is needed on its own machine where it has none. */
  readonly token?: string;
  /** For a whole call with its repetitions; 30,000 where absent. */
  readonly timeoutMs?: number;
}

/** As a document, or as YAML text. */
export type PolicyGiven = object | string;

/** Why a label is changed, and for whom; the history adds the server's own user. */
export interface Reason {
  readonly why: string;
  readonly by?: string;
  /** The label's revision that was looked at: where it is another now, nothing is done and `label_conflict` thrown. */
  readonly expected?: number;
}

export interface LabelledCall extends CallOptions {
  /** By which label it is answered; the main one where absent. */
  readonly label?: string;
}

export interface Settings {
  /** Width of the graph search of requests that name none; null is what the policies decide. */
  readonly efSearch: number | null;
}

/** Throws as `Client` does, with `token_missing` or `token_invalid` where the token is not right. */
export interface AdminClient {
  /** Looks again at the file or the label, and serves what is there. */
  reload(call?: CallOptions): Promise<{
    readonly artifact: string;
    readonly policies?: readonly string[];
    readonly changed: boolean;
  }>;
  settings(call?: CallOptions): Promise<Settings>;
  setSettings(settings: Settings, call?: CallOptions): Promise<Settings>;
  /** Serves a policy beside those of the release, or in place of one, until the next release. */
  putPolicy(
    name: string,
    policy: object,
    call?: CallOptions,
  ): Promise<{
    readonly policy: string;
    readonly hash: string;
    readonly changed: boolean;
    readonly policies: readonly string[];
  }>;
  /** Takes back a policy that was put. */
  removePolicy(
    name: string,
    call?: CallOptions,
  ): Promise<{
    readonly removed: string;
    readonly restored?: string;
    readonly policies: readonly string[];
  }>;
  /** Answers up to 64 requests by a policy that is not served. Each fails by itself. */
  tryPolicy(
    policy: PolicyGiven,
    requests: readonly BatchRequest[],
    call?: LabelledCall,
  ): Promise<readonly Outcome[]>;
  /** What is wrong with a policy, by the artifact that is served. */
  checkPolicy(policy: PolicyGiven, call?: LabelledCall): Promise<CheckedPolicy>;
  /** Every label of the store with what it points at. */
  labels(call?: CallOptions): Promise<{ readonly store: string; readonly labels: readonly Told[] }>;
  /** The last revisions of a label, newest first. */
  history(
    label: string,
    options?: { readonly limit?: number },
    call?: CallOptions,
  ): Promise<{ readonly label: string; readonly entries: readonly Told[] }>;
  /**
   * Makes a new revision of a label in which this policy is replaced or added. Throws `policy_stale` where its revision is not above the
   * label's, `release_refused` where a gate stops it.
   */
  savePolicy(
    label: string,
    name: string,
    change: Reason & { readonly policy: PolicyGiven },
    call?: CallOptions,
  ): Promise<SavedPolicy>;
  /** Makes a new revision of a label without this policy. */
  dropPolicy(label: string, name: string, change: Reason, call?: CallOptions): Promise<SavedPolicy>;
  /** Points `label` at what `from`, a label or `label@revision`, points at. */
  promote(label: string, change: Reason & { readonly from: string }, call?: CallOptions): Promise<Moved>;
  /** Points `label` at what it pointed at before, or at its revision `to`. */
  rollback(label: string, change: Reason & { readonly to?: number }, call?: CallOptions): Promise<Moved>;
  /** What changes from one release to another: labels, `label@revision`, or the first digits of an artifact. */
  diff(
    from: string,
    to: string,
    options?: { readonly products?: number; readonly examples?: number },
    call?: CallOptions,
  ): Promise<Diff>;
  /** One comparison with its verdicts. */
  verdicts(comparison: string, call?: CallOptions): Promise<Comparison>;
  /** All comparisons. */
  verdicts(comparison?: undefined, call?: CallOptions): Promise<Comparisons>;
  giveVerdict(verdict: GivenVerdict, call?: CallOptions): Promise<KeptVerdict>;
}

/** Makes a client of `/admin`. Throws `option_invalid` for an address that is none. */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const { token, timeoutMs = 30_000 } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const send = createTransport({ ...options, timeoutMs }, headers);
  const get = <T>(path: string, call?: CallOptions): Promise<T> => send(`/admin/${path}`, call);
  const post = <T>(path: string, body: object | undefined, call?: CallOptions, attempts = 1): Promise<T> =>
    send(`/admin/${path}`, call, { method: 'POST', attempts, ...(body && { body }) });
  const put = <T>(path: string, body: object, call?: CallOptions): Promise<T> =>
    send(`/admin/${path}`, call, { method: 'PUT', attempts: 1, body });
  const ofLabel = (label: string, what: string): string => `labels/${segment(label)}/${what}`;

  return {
    reload: (call) => post('reload', undefined, call),
    settings: (call) => get('settings', call),
    setSettings: (settings, call) => put('settings', settings, call),
    putPolicy: async (name, policy, call) => put(`policies/${segment(name)}`, policy, call),
    removePolicy: async (name, call) =>
      send(`/admin/policies/${segment(name)}`, call, { method: 'DELETE', attempts: 1 }),
    tryPolicy: async (policy, requests, { label, ...call } = {}) => {
      const body = { policy, ...batchBody(requests), label };
      const { answers } = await post<{ answers: (RecommendAnswer | Problem)[] }>(
        'policies/try',
        body,
        call,
        options.attempts,
      );
      return outcomesOf(answers);
    },
    checkPolicy: (policy, { label, ...call } = {}) =>
      post('policies/check', { policy, label }, call, options.attempts),
    labels: (call) => get('labels', call),
    history: async (label, asked = {}, call) =>
      get(`${ofLabel(label, 'history')}${queryString(asked)}`, call),
    savePolicy: async (label, name, change, call) =>
      put(ofLabel(label, `policies/${segment(name)}`), change, call),
    dropPolicy: async (label, name, change, call) =>
      send(`/admin/${ofLabel(label, `policies/${segment(name)}`)}`, call, {
        ...{ method: 'DELETE', attempts: 1, body: change },
      }),
    promote: async (label, change, call) => post(ofLabel(label, 'promote'), change, call),
    rollback: async (label, change, call) => post(ofLabel(label, 'rollback'), change, call),
    diff: (from, to, asked = {}, call) => get(`diff${queryString({ from, to, ...asked })}`, call),
    verdicts: <T>(comparison?: string, call?: CallOptions) =>
      get<T>(`verdicts${queryString({ comparison })}`, call),
    giveVerdict: (verdict, call) => post('verdicts', verdict, call),
  };
}

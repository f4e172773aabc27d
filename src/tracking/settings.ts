// Where runs go, as MLflow's own environment variables say it.

import type { ServerAddress } from './request.ts';

export interface TrackingSettings {
  /** Absent where runs stay on this machine. */
  readonly server?: ServerAddress;
  readonly experiment: string;
  /** Says that the address is none that can be spoken to. */
  readonly problem?: string;
}

/**
 * MLFLOW_TRACKING_URI (http or https), MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, and
 * MLFLOW_EXPERIMENT_NAME (`sepet` if absent).
 */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): TrackingSettings {
  const experiment = env.MLFLOW_EXPERIMENT_NAME || 'sepet';
  const uri = env.MLFLOW_TRACKING_URI?.trim();
  if (!uri) return { experiment };
  const parsed = URL.canParse(uri) ? new URL(uri) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    return { experiment, problem: `MLFLOW_TRACKING_URI is no http or https address: ${uri}` };
  const authorization = authorizationOf(env);
  return {
    experiment,
    server: { uri: uri.replace(/\/+$/, ''), ...(authorization !== undefined && { authorization }) },
  };
}

function authorizationOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user } = env;
  if (user) {
    const pair = `${user}:${env.MLFLOW_TRACKING_PASSWORD ?? ''}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  return token ? `Bearer ${token}` : undefined;
}

// What is served: where it came from, how it was made, and how good it measured before it was let go live.

import { html, nothing } from 'lit';
import type { Policies, ServedArtifact } from 'sepet/client';
import { formatNumber, formatShare } from '../../kit/money.ts';
import { dayText, momentText, shortHash, sizeText } from './words.ts';

type Manifest = ServedArtifact['manifest'];
type Fact = readonly [name: string, value: unknown, about?: unknown];

/** The text at a path of plain data. */
function textAt(from: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], from);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

function ordersText({ counts, parameters }: Manifest): string {
  const [first, last] = ['first', 'last'].map((end) => textAt(parameters.ingest, 'time', end));
  const span = first === undefined || last === undefined ? '' : `, ${dayText(first)} to ${dayText(last)}`;
  return `${formatNumber(counts.orders)}${span}`;
}

function factsOf({ manifest, artifact, release }: ServedArtifact, policies: Policies | undefined): Fact[] {
  const { counts, parameters, gamma, dims } = manifest;
  const { M, efConstruction } = parameters.build;
  const epochs = textAt(parameters.train, 'epochs');
  const unknown = counts.products - counts.trained;
  return [
    ['Built', momentText(manifest.createdAt), `by Sepet ${manifest.builtBy}`],
    [
      'Products',
      formatNumber(counts.products),
      unknown === 0 ? 'all known from orders' : `${formatNumber(unknown)} never ordered yet`,
    ],
    ['Orders learned from', ordersText(manifest), `${formatNumber(counts.baskets)} baskets`],
    [
      'Policies',
      policies?.policies.map(({ policy, name }, i) => [
        i > 0 ? ', ' : '',
        html`<a href=${`/ui/policies?policy=${encodeURIComponent(name)}`}>${policy}</a>`,
        name === policies.default ? ' (usual)' : '',
      ]) ?? '…',
    ],
    ['Vectors', `${dims} dimensions`, epochs === undefined ? undefined : `${epochs} passes over the baskets`],
    ['Weight of popularity', html`gamma ${gamma}`, 'where a policy or request says nothing else'],
    ['Index', `M ${M}`, `efConstruction ${efConstruction}`],
    ...releaseFacts(release),
    [
      'Artifact',
      html`<code title=${artifact}>${shortHash(artifact)}</code>`,
      manifest.gitRevision?.slice(0, 8),
    ],
  ];
}

function releaseFacts(release: ServedArtifact['release']): Fact[] {
  if (release === undefined) return [['Comes from', 'a file of this machine', 'no label is followed']];
  const { label, revision, store, deltas } = release;
  return [
    ['Comes from', html`<strong>${label}</strong> revision ${revision}`, html`<code>${store}</code>`],
    deltas === 0
      ? ['Deltas', 'none', 'prices and stock are as built']
      : ['Deltas', `up to ${formatNumber(deltas)}`, 'prices and stock have changed since the build'],
  ];
}

/** The table of facts. */
export function renderServed(served: ServedArtifact, policies: Policies | undefined, bytes?: number) {
  const { manifest } = served;
  const size: Fact[] = bytes === undefined ? [] : [['Size', sizeText(bytes)]];
  return html`<section class="panel served" aria-labelledby="served">
    <h2 id="served">Served now: ${manifest.name}</h2>
    <dl class="facts">
      ${[...factsOf(served, policies), ...size].map(
        ([name, value, about]) => html`<div>
          <dt>${name}</dt>
          <dd>${value}${about === undefined ? nothing : html` <span class="muted small">${about}</span>`}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}

interface Metric {
  readonly task: 'fbt' | 'leaveOneOut';
  readonly name: string;
  readonly words: string;
  readonly about: string;
}

const metricRows: readonly Metric[] = [
  {
    ...{ task: 'fbt', name: 'hitRateAt10', words: 'At least one right' },
    about: 'Lists of ten that hold something bought along (hit rate@10)',
  },
  {
    ...{ task: 'fbt', name: 'recallAt10', words: 'Share found' },
    about: 'Of what was bought along, how much stands in the ten (recall@10)',
  },
  {
    ...{ task: 'fbt', name: 'ndcgAt10', words: 'Found and high up' },
    about: 'The same, where higher places count more (NDCG@10)',
  },
  {
    ...{ task: 'leaveOneOut', name: 'hitRateAt10', words: 'Completes the cart' },
    about: 'Carts without one product for which the ten hold it (leave one out)',
  },
  {
    ...{ task: 'fbt', name: 'coverage', words: 'Catalogue shown' },
    about: 'Products that stand in some list (coverage)',
  },
];

const methods = [
  ['word2vec', 'This release'],
  ['popularity', 'Bestsellers'],
] as const;
/** How products that are counted together can be ranked. */
const counting = ['conditional', 'salton', 'decayed'] as const;

function figureOf(manifest: Manifest, method: string, { task, name }: Metric): number | undefined {
  const text = textAt(manifest.metrics, 'methods', method, task, name);
  return text === undefined ? undefined : Number(text);
}

/** The best that counting reaches in one row. */
const bestCount = (manifest: Manifest, row: Metric): number | undefined => {
  const found = counting.flatMap((method) => figureOf(manifest, method, row) ?? []);
  return found.length === 0 ? undefined : Math.max(...found);
};

const percent = new Intl.NumberFormat(undefined, {
  ...{ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 },
} as const);
const shareText = (value: number | undefined): string => (value === undefined ? '–' : percent.format(value));

/** The offline figures with plain words; what to do where there are none. */
export function renderFigures({ manifest }: ServedArtifact) {
  const rows = metricRows.filter((row) => figureOf(manifest, 'word2vec', row) !== undefined);
  const { at, k } = manifest.recall;
  const served = at.at(-1);
  return html`<section class="panel figures" aria-labelledby="figures">
    <h2 id="figures">Measured before it went live</h2>
    <p class="small muted">On later baskets that it had not seen: one product asked, the rest of its basket expected.</p>
    ${
      rows.length === 0
        ? html`<sp-empty heading="This release brings no figures">
            Run <code>sepet evaluate</code> before <code>sepet build</code>, and the next release will show them here.
          </sp-empty>`
        : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="figures"><table>
            <thead><tr><th>Question</th>${methods.map(([, words]) => html`<th class="number">${words}</th>`)}<th class="number">Best counting</th></tr></thead>
            <tbody>${rows.map(
              (row) => html`<tr>
                <th scope="row"><span class="question">${row.words}</span><br /><span class="small muted">${row.about}</span></th>
                ${methods.map(
                  ([method]) =>
                    html`<td class="number ${method === 'word2vec' ? 'ours' : ''}">${shareText(figureOf(manifest, method, row))}</td>`,
                )}
                <td class="number">${shareText(bestCount(manifest, row))}</td>
              </tr>`,
            )}</tbody>
          </table></div>`
    }
    ${
      served === undefined
        ? nothing
        : html`<p class="small muted">The quick search finds ${formatShare(served.recall, 2)} of the exact ${k} nearest
            (recall@${k} at efSearch ${served.efSearch}).</p>`
    }
  </section>`;
}

// An answer that is chosen and accounted for: its products are still rows, so that it can be written out, or presented as an
// object, without what the other one needs.

import { hash } from 'node:crypto';
import { limits } from '../base/limits.ts';
import type { Artifact } from './artifact.ts';
import { type Encoding, encodeAnswer } from './encode.ts';
import { JsonBytes } from './json-bytes.ts';
import { type Chosen, facts, presentItem, tenThousandthsOf } from './present.ts';
import { recommendationOf } from './recommendation.ts';
import type { Explanation, Filled, RecommendAnswer } from './recommender.ts';
import type { RecommendRequest } from './request.ts';

export interface Draft {
  readonly request: RecommendRequest;
  readonly basket?: readonly string[] | undefined;
  readonly unknown?: readonly string[] | undefined;
  readonly chosen: readonly Chosen[];
  readonly filled: Filled;
  /** `name@revision`. */
  readonly policy: string;
  readonly explain?: Explanation | undefined;
}

/** Makes answers of drafts. */
export interface Drafts {
  present(draft: Draft): RecommendAnswer;
  /** Writes the bytes that `encodeAnswer` makes of the presented answer. */
  write(draft: Draft, encoding: Encoding, out: JsonBytes): void;
}

/** Makes the drafts of one thread; `deltas` is the revision of the latest one. */
export function createDrafts(artifact: Artifact, deltas: number): Drafts {
  const { ids } = artifact.catalog;
  const { strings } = ids;
  /** What the list's name is made of. */
  const named = new JsonBytes();

  const originOf = ({ request: { product }, basket, policy }: Draft) => ({
    ...{ artifact: artifact.id, deltas, policy, product, basket },
  });

  function present(draft: Draft): RecommendAnswer {
    const { request, basket, unknown, chosen, filled, policy, explain } = draft;
    const items = chosen.map((item) => presentItem(artifact, item, request.fields ?? []));
    return {
      product: request.product,
      ...(basket && { basket }),
      ...(unknown && { unknown }),
      items,
      filled,
      recommendation: recommendationOf(originOf(draft), items),
      artifact: artifact.id,
      policy,
      ...(request.experiment !== undefined && { experiment: request.experiment }),
      ...(explain && { explain }),
    };
  }

  /** Begins what the list's name is made of, as `recommendationOf` does. */
  function beginName({ request: { product }, basket, policy }: Draft): void {
    named.cut(0);
    named.text(artifact.id);
    named.text(`\n${deltas}\n`);
    named.text(policy);
    named.text('\n[');
    named.string(product);
    if (basket) for (const id of basket) named.text(`,${JSON.stringify(id)}`);
    named.text(']');
  }

  /** Writes an id, and adds it to what the list's name is made of. */
  function writeId(row: number, out: JsonBytes): void {
    named.text('\n');
    const start = strings.offsets[row] as number;
    const end = strings.offsets[row + 1] as number;
    const length = end - start;
    const isThere = length >= 0 && length <= limits.idBytes.max && end <= strings.bytes.length;
    if (row < strings.length && isThere && out.plain(strings.bytes, start, end))
      named.addFew(strings.bytes, start, end);
    // Not plain, or brought by a delta, or at a damaged place: the table says.
    else {
      const id = ids.id(row);
      out.string(id);
      named.text(id);
    }
  }

  function writeItems({ chosen, request: { fields = [] } }: Draft, out: JsonBytes): void {
    for (let i = 0; i < chosen.length; i++) {
      const { row, score, source } = chosen[i] as Chosen;
      out.text(i === 0 ? '{"id":' : ',{"id":');
      writeId(row, out);
      out.text(',"score":');
      out.tenThousandths(tenThousandthsOf(score));
      out.text(',"source":"');
      out.text(source);
      out.text('"');
      const known = fields.length === 0 ? '{}' : JSON.stringify(facts(artifact, row, fields));
      if (known !== '{}') out.text(`,${known.slice(1, -1)}`);
      out.text('}');
    }
  }

  return {
    present,
    write(draft, encoding, out) {
      if (encoding !== 'json') {
        out.add(encodeAnswer(present(draft), encoding));
        return;
      }
      const { request, basket, unknown, filled, policy, explain } = draft;
      beginName(draft);
      out.text('{"product":');
      out.string(request.product);
      if (basket) out.text(`,"basket":${JSON.stringify(basket)}`);
      if (unknown) out.text(`,"unknown":${JSON.stringify(unknown)}`);
      out.text(',"items":[');
      writeItems(draft, out);
      out.text('],"filled":');
      writeFilled(filled, out);
      out.text(',"recommendation":"r_');
      out.text(hash('sha256', named.view(0, named.length)).slice(0, 16));
      out.text('","artifact":');
      out.string(artifact.id);
      out.text(',"policy":');
      out.string(policy);
      if (request.experiment !== undefined) out.text(`,"experiment":${JSON.stringify(request.experiment)}`);
      if (explain) out.text(`,"explain":${JSON.stringify(explain)}`);
      out.text('}');
    },
  };
}

/** Numbers by name, in the order in which JSON.stringify has them. */
function writeCounts(counts: Readonly<Record<string, number>>, out: JsonBytes): void {
  let isFirst = true;
  out.text('{');
  for (const name in counts) {
    if (!isFirst) out.text(',');
    isFirst = false;
    out.string(name);
    out.text(':');
    out.whole(counts[name] as number);
  }
  out.text('}');
}

function writeFilled(filled: Filled, out: JsonBytes): void {
  const { wanted, returned, missing, from, filteredBy, outside, exhausted } = filled;
  out.text('{"wanted":');
  out.whole(wanted);
  out.text(',"returned":');
  out.whole(returned);
  out.text(',"missing":');
  out.whole(missing);
  out.text(',"from":');
  writeCounts(from as Record<string, number>, out);
  if (filteredBy !== undefined) {
    out.text(',"filteredBy":');
    writeCounts(filteredBy, out);
  }
  if (outside !== undefined) {
    out.text(',"outside":');
    out.whole(outside);
  }
  if (exhausted !== undefined) out.text(',"exhausted":true');
  out.text('}');
}

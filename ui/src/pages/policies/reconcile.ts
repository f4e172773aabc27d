// Makes a YAML tree say something else while it keeps every node that it can, and with the nodes their comments and style.

import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { canonical, isSame } from '../../kit/rules/overrides.ts';
import { policyKeys } from './draft.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const dataOf = (document: Document, node: unknown): unknown => (isNode(node) ? node.toJS(document) : node);

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

/** A node that says `value`: the given one where it can be made to. */
export function reconcile(document: Document, node: unknown, value: unknown, depth = 0): Node {
  if (isNode(node) && isSame(dataOf(document, node), value)) return node;
  if (isMap(node) && isFields(value)) return reconcileMap(document, node, value, depth);
  if (isSeq(node) && Array.isArray(value)) return reconcileSeq(document, node, value, depth);
  if (isScalar(node) && !isFields(value) && !Array.isArray(value)) {
    node.value = value;
    // A literal such as 1e3 would be written as such again.
    delete (node as { format?: string }).format;
    delete (node as { minFractionDigits?: number }).minFractionDigits;
    return node;
  }
  const created = createNode(document, value, depth);
  if (isNode(node)) keepComments(node, created);
  return created;
}

function keepComments(from: Node, to: Node): void {
  if (from.commentBefore) to.commentBefore = from.commentBefore;
  if (from.comment) to.comment = from.comment;
  if (from.spaceBefore) to.spaceBefore = true;
}

/** Rules stand one a line, whatever is in them; so do the parts of `candidates`. */
function createNode(document: Document, value: unknown, depth: number): Node {
  const isBlock =
    depth <= 1 && ((Array.isArray(value) && value.some((item) => isFields(item))) || depth === 0);
  if (!isBlock || !Array.isArray(value)) return document.createNode(value, { flow: depth > 0 });
  const list = document.createNode([]) as YAMLSeq;
  list.items = value.map((item) => document.createNode(item, { flow: true }));
  return list;
}

function reconcileMap(document: Document, node: YAMLMap, value: Fields, depth: number): Node {
  const map = node as YAMLMap<unknown, unknown>;
  const wanted = Object.entries(value).filter(([, part]) => part !== undefined);
  map.items = map.items.filter((pair) => wanted.some(([key]) => key === keyOf(pair)));
  for (const [key, part] of wanted) {
    const pair = map.items.find((one) => keyOf(one) === key);
    if (pair !== undefined) pair.value = reconcile(document, pair.value, part, depth + 1);
    else insertPair(map, key, createNodeFor(document, key, part, depth + 1), depth);
  }
  return map;
}

function createNodeFor(document: Document, key: string, value: unknown, depth: number): Node {
  const node = createNode(document, value, depth);
  if (depth === 1 && key === 'candidates' && isCollection(node)) node.flow = true;
  return node;
}

/** Keys of the policy itself take their usual place, others come last. */
function insertPair(map: YAMLMap<unknown, unknown>, key: string, value: Node, depth: number): void {
  const pair = new Pair<unknown, unknown>(new Scalar(key), value);
  const placeOf = (name: string): number => (policyKeys as readonly string[]).indexOf(name);
  const place = depth > 0 ? -1 : placeOf(key);
  const next = place < 0 ? -1 : map.items.findIndex((one) => placeOf(keyOf(one)) > place);
  if (next < 0) map.items.push(pair);
  else map.items.splice(next, 0, pair);
}

const nameOf = (value: unknown): unknown => (isFields(value) ? (value.name ?? value.id) : undefined);

/** Which old item each new one goes on from: the equal one, else the one so named, else the one in its place. */
function ancestors(old: readonly unknown[], wanted: readonly unknown[]): readonly (number | undefined)[] {
  const free = new Set(old.keys());
  const found: (number | undefined)[] = wanted.map(() => undefined);
  const match = (fits: (oldIndex: number, index: number) => boolean): void => {
    for (const index of wanted.keys()) {
      if (found[index] !== undefined) continue;
      const from = [...free].find((oldIndex) => fits(oldIndex, index));
      if (from === undefined) continue;
      free.delete(from);
      found[index] = from;
    }
  };
  const texts = old.map(canonical);
  const wantedTexts = wanted.map(canonical);
  match((oldIndex, index) => texts[oldIndex] === wantedTexts[index]);
  match(
    (oldIndex, index) =>
      nameOf(old[oldIndex]) !== undefined && nameOf(old[oldIndex]) === nameOf(wanted[index]),
  );
  // A rule that got another name: only where the list is as long as it was.
  if (old.length === wanted.length) match((oldIndex, index) => oldIndex === index);
  return found;
}

function reconcileSeq(document: Document, node: YAMLSeq, value: readonly unknown[], depth: number): Node {
  const old = node.items.map((item) => dataOf(document, item));
  const from = ancestors(old, value);
  // What stands above the first rule is read as being about the list, and would stay where the rule goes.
  const [first] = node.items;
  if (node.flow !== true && node.commentBefore && isNode(first)) {
    first.commentBefore = [node.commentBefore, first.commentBefore].filter(Boolean).join('\n');
    node.commentBefore = null;
  }
  const isBlock = node.flow !== true && depth <= 1;
  const items = value.map((one, index) => {
    const ancestor = from[index];
    if (ancestor !== undefined) return reconcile(document, node.items[ancestor], one, depth + 1);
    return document.createNode(one, { flow: true }) as Node;
  });
  // An empty list that gets its first rules becomes one rule a line.
  if (!isBlock && depth === 1 && node.items.length === 0 && value.some(isFields)) node.flow = false;
  node.items = items;
  if (items.length === 0) node.flow = true;
  return node;
}

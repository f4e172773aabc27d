// What came of experiments, counted from the kept events: of the visitors who were shown lists of an arm, how many clicked, put
// something into the basket and ordered, and for how much. A visitor is one unit, however many lists it saw.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { type Database, literal, withDatabase } from '../tables/duckdb.ts';
import { eventFiles } from './names.ts';
import { type Interval, meanDifference, shareDifference, wilson } from './proportions.ts';

/** Of an arm's visitors, those who did it at least once. */
export interface Share {
  readonly visitors: number;
  readonly share: number;
  readonly interval: Interval;
  /** Against the first arm; absent of that one. */
  readonly against?: { readonly difference: number; readonly interval: Interval };
}

export interface ArmReport {
  /** As events call it. */
  readonly label: string;
  readonly arm: string;
  /** Who were shown a list of this arm, and of no other. */
  readonly visitors: number;
  /** Lists that were shown to them. */
  readonly impressions: number;
  readonly clicks: number;
  readonly clicked: Share;
  readonly added: Share;
  readonly orders: number;
  readonly ordered: Share;
  /** What their orders come to, minor units; absent where orders say nothing, or speak of several currencies. */
  readonly value?: {
    readonly currency: string;
    readonly sumMinor: number;
    readonly perVisitorMinor: number;
    readonly against?: { readonly difference: number; readonly interval: Interval };
  };
}

export interface ExperimentReport {
  readonly experiment: string;
  /** By their names; each is compared with the first. */
  readonly arms: readonly ArmReport[];
  /** Who were shown lists of several arms, and are counted in none. */
  readonly mixedVisitors: number;
}

const columns = [
  ...['type', 'id', 'time', 'received', 'recommendation', 'session', 'user', 'experiment', 'currency'].map(
    (name) => `'${name}': 'VARCHAR'`,
  ),
  `'valueMinor': 'BIGINT'`,
].join(', ');

/** Each event once; a visitor is `user` where it is told, else the visit. */
const eventsSql = (files: readonly string[]): string => `
  create table events as
  select type, time, recommendation, experiment, "valueMinor" as value, currency,
    coalesce('u ' || "user", 's ' || session) as visitor
  from read_json([${files.map(literal).join(', ')}], format = 'newline_delimited', columns = {${columns}},
    ignore_errors = true, maximum_object_size = 16777216)
  where type is not null and time is not null
  qualify id is null or row_number() over (partition by id order by received) = 1`;

/**
 * Clicks and additions are an arm's where they name it, or a list that the visitor was shown of it. Orders are those of the
 * visitor since the first list of the experiment.
 */
const reportSql = `
  with shown as (
    select visitor, experiment as label, recommendation, time,
      case when contains(experiment, ':') then split_part(experiment, ':', 1) else '' end as name
    from events where type = 'impression' and experiment is not null and visitor is not null
  ), visitors as (
    select name, visitor, min(label) as label, count(distinct label) as labels, count(*) as impressions, min(time) as since
    from shown group by all
  ), lists as (
    select distinct name, visitor, recommendation from shown where recommendation is not null
  ), acts as (
    select v.name, v.visitor,
      count(*) filter (where e.type = 'click') as clicks,
      count(*) filter (where e.type = 'cart') as carts
    from visitors v join events e on e.visitor = v.visitor and e.type in ('click', 'cart')
      and (e.experiment = v.label
        or (e.experiment is null and exists (select 1 from lists l
          where l.name = v.name and l.visitor = v.visitor and l.recommendation = e.recommendation)))
    group by all
  ), bought as (
    select v.name, v.visitor, count(*) as orders, coalesce(sum(e.value), 0) as value
    from visitors v join events e on e.visitor = v.visitor and e.type = 'order' and e.time >= v.since
    group by all
  )
  select v.name, v.labels > 1 as mixed, case when v.labels > 1 then '' else v.label end as label,
    count(*) as visitors, sum(v.impressions) as impressions,
    coalesce(sum(a.clicks), 0) as clicks, count(*) filter (where a.clicks > 0) as clicked,
    count(*) filter (where a.carts > 0) as added,
    coalesce(sum(b.orders), 0) as orders, count(*) filter (where b.orders > 0) as ordered,
    coalesce(sum(b.value), 0)::double as value, coalesce(sum(b.value::double * b.value), 0) as squares
  from visitors v left join acts a using (name, visitor) left join bought b using (name, visitor)
  group by all order by v.name, label`;

type Row = {
  readonly name: string;
  readonly mixed: boolean;
  readonly label: string;
  readonly visitors: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly clicked: number;
  readonly added: number;
  readonly orders: number;
  readonly ordered: number;
  readonly value: number;
  readonly squares: number;
};

const perVisitor = ({ visitors, value, squares }: Row) => ({ n: visitors, sum: value, squares });

function armOf(row: Row, first: Row, currency: string | undefined): ArmReport {
  const { label, visitors, impressions, clicks, orders, value } = row;
  const shareOf = (what: 'clicked' | 'added' | 'ordered'): Share => ({
    visitors: row[what],
    share: row[what] / visitors,
    interval: wilson(row[what], visitors),
    ...(row !== first && {
      against: shareDifference({ hits: row[what], n: visitors }, { hits: first[what], n: first.visitors }),
    }),
  });
  return {
    ...{ label, arm: label.slice(label.indexOf(':') + 1), visitors, impressions, clicks },
    ...{ clicked: shareOf('clicked'), added: shareOf('added'), orders, ordered: shareOf('ordered') },
    ...(currency !== undefined && {
      value: {
        ...{ currency, sumMinor: value, perVisitorMinor: value / visitors },
        ...(row !== first && { against: meanDifference(perVisitor(row), perVisitor(first)) }),
      },
    }),
  };
}

async function report(database: Database, files: readonly string[]): Promise<ExperimentReport[]> {
  await database.run(eventsSql(files));
  const rows = await database.rows<Row>(reportSql);
  const currencies = await database.rows<{ readonly currency: string }>(
    `select distinct currency from events where type = 'order' and currency is not null`,
  );
  const currency = currencies.length === 1 ? currencies[0]?.currency : undefined;
  return [...new Set(rows.map(({ name }) => name))].map((experiment) => {
    const own = rows.filter(({ name }) => name === experiment);
    const arms = own.filter(({ mixed }) => !mixed);
    const [first] = arms;
    return {
      experiment,
      arms: first === undefined ? [] : arms.map((row) => armOf(row, first, currency)),
      mixedVisitors: own.find(({ mixed }) => mixed)?.visitors ?? 0,
    };
  });
}

/** Files of events of a folder, compressed ones too. Throws `input_missing` where there is no such folder, or nothing in it. */
function filesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => eventFiles.parse(name.replace(/\.gz$/, '')));
    if (names.length > 0) return names.sort().map((name) => join(folder, name));
  } catch (cause) {
    throw new SepetError('input_missing', `The folder of events ${folder} cannot be read.`, { cause });
  }
  throw new SepetError('input_missing', `There are no events in ${folder}.`);
}

/** What came of each experiment that the events of a folder name. Throws `input_missing`. */
export function reportExperiments(folder: string, signal?: AbortSignal): Promise<ExperimentReport[]> {
  const files = filesOf(folder);
  return withDatabase((database) => report(database, files), signal && { signal });
}

// Titles of products by id, remembered as long as the page stands.

import { client } from './api.ts';

const known = new Map<string, Promise<string | undefined>>();

/** Ids without a title, and those that the artifact lacks, are left out. */
export async function titlesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const asked = ids.map(async (id) => {
    let title = known.get(id);
    if (title === undefined) {
      title = client.product(id).then(
        (product) => product.title,
        () => undefined,
      );
      known.set(id, title);
    }
    return [id, await title] as const;
  });
  const found = await Promise.all(asked);
  return new Map(found.filter((one): one is readonly [string, string] => one[1] !== undefined));
}

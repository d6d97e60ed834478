/**
 * Words that WordNet has in one synset.
 *
 * @module
 */
import { takesNoOptions } from "../lib/core/check_options.ts";
import { fetchPackage } from "../lib/core/fetch_package.ts";
import { wordnetFacts, wordnetSynsets } from "./wordnet_synsets.ts";

/**
 * The synonyms of each word of WordNet 3.1, in small letters, single words alone; for `synonyms` of an attack. A word of
 * several senses has the synonyms of all of them.
 *
 * @throws {TunebookError} of kind `data` where the package that holds WordNet is damaged.
 *
 * @example
 * ```ts
 * import { wordnetSynonyms } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await wordnetSynonyms();
 * assert.ok(table.get("film")?.includes("movie"));
 * ```
 */
export async function wordnetSynonyms(): Promise<ReadonlyMap<string, readonly string[]>> {
  takesNoOptions("wordnetSynonyms", arguments);
  const { name, version } = wordnetFacts.package!;
  const found = new Map<string, Set<string>>();
  for (const { words } of await wordnetSynsets(await fetchPackage(name, version))) {
    const single = words.map((word) => word.toLowerCase()).filter((word) => !word.includes(" "));
    for (const word of single) {
      const own = found.get(word) ?? new Set();
      for (const other of single) if (other !== word) own.add(other);
      found.set(word, own);
    }
  }
  return new Map(
    [...found].filter(([, own]) => own.size > 0).map(([word, own]) => [word, [...own]]),
  );
}

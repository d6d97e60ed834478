/**
 * Writes the default run's split, so that the Python peer trains and tests on the same rows.
 *
 * @module
 */
import { sentiment } from "../../datasets/mod.ts";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { splitRows } from "../../lib/data/split.ts";
import { defaultSeed, defaultTestShare } from "../../lib/pipeline/plan_spec.ts";

const { label } = sentiment.card.columns;
const rows = splitRows(await sentiment(), {
  test: defaultTestShare,
  seed: defaultSeed,
  stratify: label,
});
const split = { train: [...rows.train], test: [...rows.test] };
await writeFileAtomic(
  new URL("sentiment_split.json", import.meta.url).pathname,
  JSON.stringify(split) + "\n",
);

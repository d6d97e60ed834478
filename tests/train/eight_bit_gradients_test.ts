import assert from "node:assert/strict";
import { gradientCosines, outliers } from "../../bench/gradient_cosine.ts";
import { openData } from "../../bench/our_data.ts";

/** The bounds that training in eight bits has to keep are .98 and .995 (`bench/gradient_cosine.ts`). */
const bounds = { least: 0.975, mean: 0.993 };

Deno.test("MiniLM's gradients in eight bits point where float32's do, on real rows", async () => {
  const data = await openData({ data: "sentiment", maxTokens: 128 });
  const found = await outliers(data);
  const dense = found.filter(({ path }) => path.endsWith("intermediate.dense"));
  assert.equal(dense.length, 6);
  // The model has outlier columns, so that the bounds are not kept for the lack of them.
  assert.ok(dense.every(({ columns, largest }) => columns > 0 && largest > 10));
  const [int8, bfloat16] = await gradientCosines(data, [2]);
  assert.deepEqual([int8.name, bfloat16.name], ["int8", "bfloat16"]);
  assert.ok(int8.least > bounds.least, `${int8.where}: ${int8.least}`);
  assert.ok(int8.mean > bounds.mean && int8.mean < bfloat16.mean, String(int8.mean));
});

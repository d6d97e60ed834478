import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { checkRun } from "./check_gradients.ts";

const size = 256;
const random = Random.fromSeed(1, "start");
const slopes = Float32Array.from({ length: size }, () => random.normal());
const largest = Math.max(...slopes.map(Math.abs));
const initial = new Map([["a", new Float32Array(size).fill(0.1)]]);

/** A step whose loss has the gradient `slopes`, and which says another one. */
function runThatSays(said: Float32Array) {
  return {
    lossAt: (values: ReadonlyMap<string, Float32Array>) =>
      Promise.resolve(values.get("a")!.reduce((sum, each, at) => sum + each * slopes[at], 0)),
    gradientsAt: () => Promise.resolve(new Map([["a", said]])),
    dispose: () => Promise.resolve(),
  };
}

Deno.test("the right gradient passes, and the tensor is named", async () => {
  assert.deepEqual(await checkRun(runThatSays(slopes), initial), ["a"]);
});

const wrong: Record<string, Float32Array> = {
  "one row is missing": slopes.map((each, at) => at < 16 ? 0 : each),
  "all is a hundredth too large": slopes.map((each) => 1.01 * each),
  "the largest element is missing": slopes.map((each) => Math.abs(each) === largest ? 0 : each),
  "all is missing": new Float32Array(size),
  "the rows are in another order": slopes.toReversed(),
};
for (const [what, said] of Object.entries(wrong)) {
  Deno.test(`a gradient is refused where ${what}`, async () => {
    await assert.rejects(checkRun(runThatSays(said), initial), /a: the gradient says/);
  });
}

import assert from "node:assert/strict";
import { keptPredictor } from "../../lib/evaluate/kept_predictor.ts";
import type { Predictor } from "../../lib/evaluate/predict.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("two predictors stay compiled, and one that was given up comes back", async () => {
  let open = 0;
  let made = 0;
  const make = () => {
    open++;
    made++;
    const dispose = () => Promise.resolve(void open--);
    return Promise.resolve({ outputs: () => Promise.resolve([]), dispose } as Predictor);
  };
  const kept = Array.from({ length: 5 }, () => keptPredictor(make));
  for (const each of kept) await each.use((predictor) => predictor.outputs(undefined as never));
  assert.deepEqual([open, made], [2, 5]);
  await kept[4].use(() => Promise.resolve());
  assert.equal(made, 5);
  await kept[0].use(() => Promise.resolve());
  assert.deepEqual([open, made], [2, 6]);
  // Those at work stay, however many they are.
  await Promise.all(kept.map((each) =>
    each.use(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
    })
  ));
  assert.equal(open, 2);
  for (const each of kept) {
    await each[Symbol.asyncDispose]();
    await each[Symbol.asyncDispose]();
    await assert.rejects(each.use(() => Promise.resolve()), isMistake("input", /was disposed/));
  }
  assert.equal(open, 0);
});

Deno.test("what could not be compiled is tried again", async () => {
  let tried = 0;
  const kept = keptPredictor(() => {
    if (++tried === 1) return Promise.reject(new Error("no memory"));
    return Promise.resolve({ dispose: () => Promise.resolve() } as Predictor);
  });
  await assert.rejects(kept.use(() => Promise.resolve()), /no memory/);
  assert.equal(await kept.use(() => Promise.resolve(3)), 3);
  await kept[Symbol.asyncDispose]();
});

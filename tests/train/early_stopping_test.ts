import assert from "node:assert/strict";
import { runToy } from "./toy_run.ts";

/** Scores in the order in which a run asks for them. */
function scores(...list: number[]) {
  let at = 0;
  return () => Promise.resolve({ score: list[at++], better: "higher" as const });
}

Deno.test("the best state is kept, and a score that is no number is never the best", async () => {
  const seen: ReadonlyMap<string, Float32Array>[] = [];
  const list = [NaN, 0.6, 0.9, NaN, 0.7, Infinity];
  const { values, keptStep, best, validations } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: {
      async validate(state) {
        seen.push(await state.read("parameters"));
        return { score: list[seen.length - 1], better: "higher" };
      },
    },
  });
  assert.deepEqual(validations.map(({ score }) => score), list);
  assert.deepEqual(best, { step: 3, score: 0.9 });
  assert.equal(keptStep, 3);
  assert.deepEqual(values, seen[2]);
  assert.notDeepEqual(values, seen[5]);
});

Deno.test("where no score is a number, the last state is kept", async () => {
  const { keptStep, best } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: { validate: scores(NaN, NaN, NaN, NaN, NaN, NaN) },
  });
  assert.equal(best, undefined);
  assert.equal(keptStep, 6);
});

Deno.test("lower scores can be better", async () => {
  const list = [3, 1, 2, 1, 5, 4];
  const { best } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: { validate: () => Promise.resolve({ score: list.shift()!, better: "lower" }) },
  });
  assert.deepEqual(best, { step: 2, score: 1 });
});

Deno.test("patience stops the run after so many validations without a better score", async () => {
  const result = await runToy({
    settings: { patience: 2, validateEvery: 2, keepBest: true },
    context: { validate: scores(0.5, 0.7, NaN, 0.7, 0.9, 0.9) },
  });
  assert.equal(result.stopped, "patience");
  assert.equal(result.step, 8);
  assert.equal(result.keptStep, 4);
  assert.equal(result.validations.length, 4);
});

Deno.test("keepBest and patience without validation rows are refused", async () => {
  for (const settings of [{ keepBest: true }, { patience: 1 }]) {
    await assert.rejects(runToy({ settings }), /need validation rows/);
  }
});

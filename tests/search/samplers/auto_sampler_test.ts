import assert from "node:assert/strict";
import { autoSampler } from "../../../lib/search/samplers/auto_sampler.ts";
import { gaussianProcess } from "../../../lib/search/samplers/gaussian_process.ts";
import { samplerOf } from "../../../lib/search/samplers/mod.ts";
import type { SearchSampler } from "../../../lib/search/samplers/sampler.ts";
import { tpe } from "../../../lib/search/samplers/tpe.ts";
import { startSearch } from "../../../lib/search/search.ts";
import { choice } from "../../../lib/search/space/choice.ts";
import { float } from "../../../lib/search/space/float.ts";
import { int } from "../../../lib/search/space/int.ts";
import { isMistake } from "../../is_mistake.ts";

/** Suggestions of `trials` trials, each told the sum of its numbers, the last of 2 aims its negation. */
function suggestionsOf(
  sampler: SearchSampler,
  space: Record<string, unknown>,
  trials: number,
  aims = 1,
): unknown[] {
  const better = Array.from({ length: aims }, () => "lower" as const);
  const search = startSearch(space, { better: aims === 1 ? "lower" : better, sampler, seed: 3 });
  return Array.from({ length: trials }, () => {
    const { number, suggestion } = search.ask()!;
    const sum = Object.values(suggestion).filter((value) => typeof value === "number")
      .reduce((total: number, value) => total + value, 0);
    search.tell(number, aims === 1 ? sum : [sum, -sum]);
    return suggestion;
  });
}

const continuous = { rate: float(0, 1), rank: int(1, 8) };

Deno.test("numbers that always count are chosen as by the Gaussian process", () => {
  assert.deepEqual(
    suggestionsOf(autoSampler(), continuous, 14),
    suggestionsOf(gaussianProcess(), continuous, 14),
  );
});

Deno.test("choices, whole numbers alone, several aims and many parameters are chosen as by TPE", () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x${at}`, float(0, 1)]));
  const spaces: readonly (readonly [Record<string, unknown>, number])[] = [
    [{ ...continuous, method: choice("a", "b") }, 1],
    [{ method: choice({ rate: float(0, 1) }, { share: float(0, 1) }) }, 1],
    [{ rank: int(1, 8), width: int(1, 40) }, 1],
    [continuous, 2],
    [many, 1],
  ];
  for (const [space, aims] of spaces) {
    assert.deepEqual(
      suggestionsOf(autoSampler(), space, 14, aims),
      suggestionsOf(tpe(), space, 14, aims),
    );
  }
});

Deno.test("after a hundred trials TPE goes on from what they found", () => {
  const start = (sampler: SearchSampler, count: number) =>
    startSearch({ x: float(0, 1) }, {
      better: "lower",
      sampler,
      seed: 1,
      trials: Array.from({ length: count }, (_, number) => ({
        number,
        point: { x: (number + 0.5) / count },
        state: "complete" as const,
        values: [Math.abs(number / count - 0.3)],
        reports: [],

        ended: number,
      })),
    }).ask();
  assert.deepEqual(start(autoSampler(), 99), start(gaussianProcess(), 99));
  assert.deepEqual(start(autoSampler(), 100), start(tpe(), 100));
});

Deno.test("a plan file names it, without settings", () => {
  assert.equal(samplerOf("auto", {}).name, "auto");
  assert.throws(() => samplerOf("auto", { startupTrials: 3 }), isMistake("input", /no options/));
});

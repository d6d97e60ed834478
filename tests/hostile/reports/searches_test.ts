/**
 * Searches that took one value for another, or counted one twice, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import {
  choice,
  float,
  int,
  medianPruner,
  openSearch,
  parameterImportance,
  randomSearch,
  startSearch,
} from "tunebook";
import { earlierDimensions } from "../../../lib/pipeline/search/earlier_values.ts";
import { searchSpace } from "../../../lib/search/space/search_space.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const usual = { better: "higher", sampler: randomSearch(), seed: 1 } as const;

Deno.test("a history is refused where its choices have moved; without them it goes on", () => {
  const search = startSearch({ optimizer: choice("adam", "lion"), x: float(0, 1) }, usual);
  search.tell(search.ask()!.number, 1);
  const trials = JSON.parse(JSON.stringify(search.history));
  assert.throws(
    () => startSearch({ optimizer: choice("lion", "adam"), x: float(0, 1) }, { ...usual, trials }),
    isMistake("input", "the values of optimizer are lion, adam, and were adam, lion"),
  );
  const again = startSearch({ optimizer: choice("adam", "lion"), x: float(0, 1) }, {
    ...usual,
    trials,
  });
  assert.deepEqual(again.best, search.best);
  assert.deepEqual(again.ask(), search.ask());
});

Deno.test("what an earlier search found is the same value where choices were moved or added", () => {
  const before = searchSpace({
    method: choice({ name: "lora", rank: int(2, 64) }, { name: "head" }),
    optimizer: choice("adam", "lion"),
    gone: float(0, 1),
  });
  const now = searchSpace({
    method: choice({ name: "ia3" }, { name: "head" }, { name: "lora", rank: int(2, 64) }),
    optimizer: choice("lion", "sgd"),
  });
  const shared = earlierDimensions(before.dimensions, now.dimensions);
  const valuesOf = (point: Readonly<Record<string, number>>) =>
    Object.fromEntries(shared.map((each) => [each.name, each.valueAt(point)]));
  assert.deepEqual(valuesOf({ method: 0, "method[0].rank": 8, optimizer: 1, gone: 0.5 }), {
    method: 2,
    "method[2].rank": 8,
    optimizer: 0,
  });
  const adam = valuesOf({ method: 1, optimizer: 0, gone: 0.5 });
  assert.deepEqual([adam.method, adam.optimizer, adam["method[2].rank"]], [
    1,
    undefined,
    undefined,
  ]);
});

Deno.test("a file of a search is refused where its choices have moved", () =>
  inFolder((folder) => {
    const file = `${folder}/search.sqlite`;
    openSearch({ x: choice("a", "b") }, { ...usual, file })[Symbol.dispose]();
    assert.throws(
      () => openSearch({ x: choice("b", "a") }, { ...usual, file }),
      isMistake("input"),
    );
    return Promise.resolve();
  }));

Deno.test("a choice has each value once, whatever it is made of", () => {
  assert.throws(() => choice({ name: "lora", rank: 2 }, { name: "lora", rank: 2 }), /as value 2/);
  assert.throws(() => choice([1, 2], [1, 2]), /as value 2/);
  assert.throws(() => choice(1, NaN, NaN), /as value 3/);
  assert.equal(choice(NaN, 1, true, "1", null, undefined).values.length, 6);
});

Deno.test("what is no number is told so and leaves the trial as it was", () => {
  const search = startSearch({ x: float(0, 1) }, { ...usual, pruner: medianPruner() });
  const { number } = search.ask()!;
  for (const value of [NaN, Infinity]) {
    assert.throws(() => search.tell(number, value), isMistake("input", "is told with fail"));
    assert.throws(() => search.report(number, 1, value), isMistake("input", "value is"));
  }
  assert.equal(search.history.trials[0].state, "pending");
  search.fail(number, { reason: "the loss is NaN" });
  assert.equal(search.best, undefined);
  assert.deepEqual(parameterImportance(search.history), { x: 0 });
});

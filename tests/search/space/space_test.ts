import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { choice } from "../../../lib/search/space/choice.ts";
import { type Dimension, pointFrom } from "../../../lib/search/space/dimension.ts";
import { float } from "../../../lib/search/space/float.ts";
import { int } from "../../../lib/search/space/int.ts";
import { searchSpace } from "../../../lib/search/space/search_space.ts";
import { spaceFromJson, spaceToJson } from "../../../lib/search/space/space_json.ts";
import { fromUnit, toUnit } from "../../../lib/search/space/unit.ts";
import { ia3 } from "../../../lib/adapters/ia3.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { isMistake } from "../../is_mistake.ts";

const nested = {
  method: choice(
    { name: "lora", rank: int(2, 64, { log: true }), layers: [int(0, 3), int(4, 7)] },
    { name: "head", pooling: choice("mean", "cls", { kind: "attention", heads: int(1, 4) }) },
  ),
  learningRate: float(1e-5, 1e-2, { log: true }),
  seed: 7,
};

/** A point with the value of each active dimension that `share` of its range covers. */
const pointAt = (dimensions: readonly Dimension[], share: () => number) =>
  pointFrom(dimensions, (dimension) => fromUnit(dimension, share()));

Deno.test("a space is laid out with paths and conditions, parents first", () => {
  const { dimensions } = searchSpace(nested);
  assert.deepEqual(
    dimensions.map(({ name, condition }) => [name, condition?.name, condition?.value]),
    [
      ["method", undefined, undefined],
      ["method[0].rank", "method", 0],
      ["method[0].layers[0]", "method", 0],
      ["method[0].layers[1]", "method", 0],
      ["method[1].pooling", "method", 1],
      ["method[1].pooling[2].heads", "method[1].pooling", 2],
      ["learningRate", undefined, undefined],
    ],
  );
});

Deno.test("a point has values only where they count, and fills the space", () => {
  const space = searchSpace(nested);
  const lowest = pointAt(space.dimensions, () => 0);
  assert.deepEqual(space.suggestionOf(lowest), {
    method: { name: "lora", rank: 2, layers: [0, 4] },
    learningRate: 1e-5,
    seed: 7,
  });
  const highest = pointAt(space.dimensions, () => 1);
  assert.deepEqual(Object.keys(highest).length, 4);
  assert.deepEqual(space.suggestionOf(highest), {
    method: { name: "head", pooling: { kind: "attention", heads: 4 } },
    learningRate: 1e-2,
    seed: 7,
  });
});

Deno.test("types of suggestions are those of the values", () => {
  const { suggestionOf, dimensions } = searchSpace(nested);
  const { method, learningRate } = suggestionOf(pointAt(dimensions, () => 0));
  const rate: number = learningRate;
  // @ts-expect-error not every method has a rank
  void method.rank;
  if (method.name !== "lora") throw new Error("the first method is lora");
  const layers: readonly [number, number] = method.layers;
  assert.equal(rate + layers[1], 4 + 1e-5);
  const kept = searchSpace([choice(Math.sqrt, Math.cbrt)]);
  assert.equal(kept.suggestionOf({ "value[0]": 1 })[0](8), 2);
});

Deno.test("values that do not vary stay the same objects, of their own type", () => {
  const [first, second] = [lora({ rank: 4 }), ia3()];
  const circle: Record<string, unknown> = { name: "circle" };
  circle.itself = circle;
  const { suggestionOf } = searchSpace({ method: choice(first, second), circle });
  const { method, ...others } = suggestionOf({ method: 1 });
  const typed: Method = method;
  assert.equal(typed, second);
  assert.equal(others.circle, circle);
});

Deno.test("every value covers the same width, and comes back from its middle", () => {
  const { dimensions } = searchSpace({ a: int(1, 9, { step: 2 }), b: choice("x", "y", "z") });
  const counts = dimensions.map((dimension) => {
    const seen = new Map<number, number>();
    for (let at = 0; at < 3000; at++) {
      const value = fromUnit(dimension, (at + 0.5) / 3000);
      seen.set(value, (seen.get(value) ?? 0) + 1);
    }
    for (const value of seen.keys()) {
      assert.equal(fromUnit(dimension, toUnit(dimension, value)), value);
    }
    return Object.fromEntries(seen);
  });
  assert.deepEqual(counts, [
    { 1: 600, 3: 600, 5: 600, 7: 600, 9: 600 },
    { 0: 1000, 1: 1000, 2: 1000 },
  ]);
});

Deno.test("logarithms spread ratios evenly, of whole numbers too", () => {
  const random = Random.fromSeed(1);
  const { dimensions: [rank, rate] } = searchSpace([
    int(1, 1000, { log: true }),
    float(1e-6, 1, { log: true }),
  ]);
  const below = Array.from({ length: 2000 }, () => random.uniform())
    .filter((unit) => fromUnit(rank, unit) <= 31 && fromUnit(rate, unit) < 1e-3);
  assert.ok(Math.abs(below.length / 2000 - 0.5) < 0.05, `${below.length}`);
  assert.equal(fromUnit(rate, 0), 1e-6);
  assert.equal(fromUnit(rate, 1), 1);
});

Deno.test("JSON keeps a space, both ways", () => {
  const json = JSON.parse(JSON.stringify(spaceToJson(nested)));
  const again = spaceFromJson(json);
  assert.deepEqual(searchSpace(again).dimensions, searchSpace(nested).dimensions);
  assert.deepEqual(spaceToJson(again), json);
  assert.deepEqual(json.method.choice[0].rank, { int: [2, 64], log: true });
});

Deno.test("what JSON does not hold is refused, all in one error", () => {
  assert.throws(
    () => spaceToJson({ loss: choice(Math.sqrt, 1), rate: Infinity, same: { int: [1, 2] } }),
    isMistake("input", /loss\[0\] is the function sqrt/, /rate is Infinity/, /same would be read/),
  );
  assert.throws(
    () => spaceFromJson({ a: { b: { int: [2, 1] } } }),
    isMistake("input", /the space\.a\.b: /, /low is 2, more than high/),
  );
  assert.throws(() => spaceFromJson({ a: { int: [2] } }), isMistake("input", /takes two bounds/));
  assert.throws(
    () => spaceFromJson({ a: { float: [0, 1], lgo: true } }),
    isMistake("input", /lgo/),
  );
});

Deno.test("parameters that make no sense are refused", () => {
  assert.throws(() => int(1.5, NaN), isMistake("input", /low is 1.5/, /high is NaN/));
  assert.throws(() => int(0, 8, { log: true }), isMistake("input", /low is 0, but with log/));
  assert.throws(() => int(1, 8, { log: true, step: 2 }), isMistake("input", /step does not go/));
  assert.throws(() => float(0, 1, { log: true }), isMistake("input", /above 0/));
  assert.throws(() => float(-1e308, 1e308), isMistake("input", /too far/));
  assert.throws(() => choice(), isMistake("input", /one value or more/));
  assert.throws(() => choice("a", "b", "a"), isMistake("input", /value 3/));
  assert.throws(() => searchSpace({ rank: 8 }), isMistake("input", /something that varies/));
  assert.equal(int(1, 8, { step: 3 }).high, 7);
});

Deno.test("values of a choice are called by their names, and no two the same", () => {
  const { dimensions: [dimension] } = searchSpace(
    choice("a b", 8, false, lora(), { name: "head", rank: int(1, 2) }, float(0.1, 0.5), [1], {
      kind: "head",
    }),
  );
  assert.deepEqual((dimension as { labels?: readonly string[] }).labels, [
    ...["a b", "8", "false", "lora", "head #5", "0.1 to 0.5", "[1]", "head #8"],
  ]);
});

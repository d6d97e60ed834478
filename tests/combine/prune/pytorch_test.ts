import assert from "node:assert/strict";
import movement from "../../golden/movement.json" with { type: "json" };
import golden from "../../golden/pruning.json" with { type: "json" };
import { openDevice } from "../../../lib/engine/mod.ts";
import { type UnitGroup, unitGroups } from "../../../lib/combine/prune/unit_group.ts";
import { wandaScores, wandaWeights } from "../../../lib/combine/prune/wanda.ts";
import { magnitudeScores } from "../../../lib/combine/prune/magnitude.ts";
import { movementScores } from "../../../lib/combine/prune/movement.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { frozenTrainable } from "../../../lib/pipeline/prune/calibration_rows.ts";
import { gateScores } from "../../../lib/pipeline/prune/gate_scores.ts";
import { inputNorms, layerInfluence } from "../../../lib/pipeline/prune/rows_of_programs.ts";
import type { AnyExamples } from "../../../lib/pipeline/run/assemble_stage.ts";
import { goldenModel, largestDifference } from "../../models/golden.ts";

type Case = (typeof golden.cases)[number];
type ByPath = Readonly<Record<string, readonly number[]>>;

/** Float32 on both sides; sums over a few dozen tokens in another order. */
const tolerance = 2e-6;

/** The rows of the golden file as a task would give them. */
function examplesOf({ ids, mask, types, lengths, labels }: Case): AnyExamples {
  const targets = new Float32Array(labels.length * 3);
  labels.forEach((label, row) => targets[row * 3 + label] = 1);
  const feed = (rows: ArrayLike<number>, table: readonly number[][]) => {
    const width = Math.max(...Array.from(rows, (row) => lengths[row]));
    const data = Int32Array.from(Array.from(rows, (row) => table[row].slice(0, width)).flat());
    return { shape: [rows.length, width], data };
  };
  return {
    rows: labels.length,
    lengths: Int32Array.from(lengths),
    feedsOf: (rows: ArrayLike<number>) => ({
      input_ids: feed(rows, ids),
      attention_mask: feed(rows, mask),
      ...(types ? { token_type_ids: feed(rows, types) } : {}),
    }),
    objective: () => classificationObjective({ kind: "single", outputs: 3, targets }),
  } as unknown as AnyExamples;
}

async function opened(each: Case) {
  const model = await goldenModel(each.model);
  const examples = examplesOf(each);
  const rows = { examples, trainable: frozenTrainable(model, examples) };
  const groups = [...unitGroups(model, "heads"), ...unitGroups(model, "feedForward")];
  return { model, rows, groups, device: await openDevice() };
}

for (const each of golden.cases) {
  Deno.test(`${each.model}: norms of inputs and Wanda's scores are PyTorch's`, async () => {
    const { model, rows, groups, device } = await opened(each);
    const norms = await inputNorms(rows, groups.map(({ reader }) => reader.path), device);
    assert.deepEqual([...norms.keys()].sort(), Object.keys(each.norms).sort());
    for (const [path, expected] of Object.entries(each.norms as unknown as ByPath)) {
      assert.ok(largestDifference(norms.get(path)!, expected) < tolerance * Math.max(...expected));
    }
    for (const [path, expected] of Object.entries(each.wanda as unknown as ByPath)) {
      const weight = model.weights.get(`${path}.weight`)!;
      const scores = wandaWeights(weight, norms.get(path)!);
      assert.ok(largestDifference(scores, expected) < tolerance * Math.max(...expected));
      const group = groups.find(({ reader }) => reader.path === path)!;
      const ofUnits = wandaScores(group, weight, norms.get(path)!);
      const sum = (numbers: Iterable<number>) => [...numbers].reduce((all, one) => all + one, 0);
      assert.ok(Math.abs(sum(ofUnits) - sum(expected)) < 1e-5 * sum(expected));
      assert.equal(ofUnits.length, group.units);
    }
  });

  Deno.test(`${each.model}: gradients of gates are PyTorch's`, async () => {
    const { rows, groups, device } = await opened(each);
    const scores = await gateScores(rows, groups, device);
    groups.forEach(({ reader }, at) => {
      const expected = (each.taylor as unknown as ByPath)[reader.path];
      assert.equal(scores[at].length, expected.length);
      assert.ok(largestDifference(scores[at], expected) < 1e-6, reader.path);
    });
    assert.ok(Math.max(...scores[0]) > 1e-4, "there is a gradient");
  });

  Deno.test(`${each.model}: the influence of layers is PyTorch's`, async () => {
    const { rows, device } = await opened(each);
    const influence = await layerInfluence(rows, device);
    assert.ok(largestDifference(influence, each.influence) < 1e-6);
  });
}

Deno.test("magnitude is the norm of all weights of a unit", () => {
  const group: UnitGroup = {
    kind: "heads",
    layer: 0,
    units: 2,
    makers: [{ path: "q", size: 2 }, { path: "k", size: 1 }],
    reader: { path: "o", size: 2 },
  };
  const weights: Record<string, Float32Array> = {
    q: Float32Array.of(1, 2, 3, 4), // [4, 1]
    k: Float32Array.of(5, 6), // [2, 1]
    o: Float32Array.of(1, 0, 0, 2), // [1, 4]
  };
  const scores = magnitudeScores(group, (path) => weights[path]);
  const expected = [Math.hypot(1, 2, 5, 1), Math.hypot(3, 4, 6, 2)];
  assert.ok(largestDifference(scores, expected) < 1e-12);
});

Deno.test("movement is what PyTorch adds up in small steps of gradient descent", () => {
  const groups: Readonly<Record<"heads" | "feedForward", Omit<UnitGroup, "kind" | "layer">>> = {
    heads: {
      units: 2,
      makers: [{ path: "query", size: 2 }],
      reader: { path: "output", size: 2 },
    },
    feedForward: {
      units: 6,
      makers: [{ path: "inner", size: 1 }],
      reader: { path: "outer", size: 1 },
    },
  };
  const weightsOf = (weights: Readonly<Record<string, readonly number[]>>) => (path: string) =>
    Float32Array.from(weights[path]);
  for (const kind of ["heads", "feedForward"] as const) {
    const group: UnitGroup = { kind, layer: 0, ...groups[kind] };
    const scores = movementScores(group, weightsOf(movement.after), weightsOf(movement.before));
    // Steps of 1e-3 are not yet a smooth way: their squares add up to 7e-5.
    assert.ok(largestDifference(scores, movement[kind]) < 1e-4);
    assert.ok(Math.max(...scores) > 0.05);
  }
});

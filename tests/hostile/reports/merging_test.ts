/**
 * Merges that gave broken models without a word, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  linearMerge,
  merge,
  merged,
  type MergeOptions,
  model,
  multiSlerp,
  Random,
} from "tunebook";
import { weightsAt } from "../../../lib/combine/merge/tensor_weights.ts";
import { isMistake } from "../../is_mistake.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const group = {
  name: "classifier.weight",
  shape: [2],
  tensors: [Float32Array.of(1, 2), Float32Array.of(3, 5)],
  random: Random.fromSeed(1),
};

Deno.test("weights that add up to 0 have no mean, and say so instead of NaN", () => {
  for (const method of [linearMerge(), multiSlerp()]) {
    for (const weights of [[1, -1], [0, 0]]) {
      assert.throws(
        () => method.merge({ ...group, weights }),
        isMistake(
          "input",
          `the weights of classifier.weight are ${weights.join(", ")}, which add up to 0`,
        ),
      );
    }
  }
  // Sums are another thing than means.
  const sum = linearMerge({ normalize: false }).merge({ ...group, weights: [1, -1] });
  assert.deepEqual([...sum], [-2, -3]);
});

Deno.test("weights that do not add up to 1 are shares, so that a model beside itself is itself", () => {
  const tensors = [group.tensors[0], group.tensors[0]];
  assert.deepEqual([...linearMerge().merge({ ...group, tensors, weights: [0.1, 1] })], [1, 2]);
});

Deno.test("a part of names that weighs nothing is an error", () => {
  const names = ["layer.0.attention.query", "layer.0.output"];
  assert.deepEqual(
    [...weightsAt(names, { attention: 0.5, "*": 1 }).values()],
    [0.5, 1],
  );
  assert.throws(
    () => weightsAt(names, { attentoin: 0.5, attention: 1, query: 2, "*": 1 }),
    isMistake(
      "input",
      '"attentoin" is in no name',
      '"query" stands behind parts that its tensors have, too',
    ),
  );
});

Deno.test("models that compute otherwise are not merged, and nothing is written", () =>
  inFolder(async (folder) => {
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(16), { text: "text", label: "mood", test: 4 }).adapt(full())
      .train({ epochs: 1, batchSize: 8 }).deploy(merged(one), merged(other)).run({ quiet: true });
    await result.dispose();
    const path = join(other, "config.json");
    const config = JSON.parse(await Deno.readTextFile(path));
    const write = (changed: object) =>
      Deno.writeTextFile(path, JSON.stringify({ ...config, ...changed }));
    const place = join(folder, "both");
    const save = (options: Pick<MergeOptions<"one" | "other">, "weights"> = {}) =>
      merge({ one, other }, { method: linearMerge(), ...options }).save(place);
    await write({ hidden_act: "relu", layer_norm_eps: 0.5 });
    await assert.rejects(
      save(),
      isMistake(
        "input",
        'other computes otherwise than one: by its config activation is "relu", and "gelu" in one',
        "epsilon is 0.5",
      ),
    );
    await write({ hidden_dropout_prob: 0.5, initializer_range: 0.5 });
    await assert.rejects(save({ weights: { other: -1 } }), isMistake("input", "which add up to 0"));
    await assert.rejects(Deno.stat(place), Deno.errors.NotFound);
    await save(); // What matters to a training alone may differ.
  }));

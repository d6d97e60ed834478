import assert from "node:assert/strict";
import { join } from "node:path";
import { loadWeights, type WeightSpec } from "../../lib/weights/load_weights.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "./in_folder.ts";

/** Opens a checkpoint with F32 tensors of these shapes that count up from 1. */
async function withCheckpoint(
  shapes: Record<string, number[]>,
  work: (weights: Awaited<ReturnType<typeof openWeights>>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(
      path,
      Object.entries(shapes).map(([name, shape]) => ({
        name,
        dtype: "F32",
        shape,
        data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
      })),
    );
    using weights = await openWeights(path);
    await work(weights);
  });
}

const spec = (path: string, shape: number[], more: Partial<WeightSpec> = {}): WeightSpec => ({
  path,
  shape,
  names: [path],
  ...more,
});

Deno.test("the first name that is present is taken, whatever else is there", () =>
  withCheckpoint(
    { "bert.norm.gamma": [2], "norm.gamma": [2], "norm.beta": [1] },
    async (weights) => {
      const { values, absent } = await loadWeights(weights, [
        spec("norm.weight", [2], { names: ["norm.weight", "norm.gamma", "bert.norm.gamma"] }),
        spec("norm.bias", [1], { names: ["norm.bias", "norm.beta"] }),
        spec("pooler.weight", [2, 2], { optional: true }),
      ]);
      assert.deepEqual([...values.keys()], ["norm.weight", "norm.bias"]);
      assert.deepEqual(values.get("norm.weight"), Float32Array.of(1, 2));
      assert.deepEqual(absent, ["pooler.weight"]);
    },
  ));

Deno.test("a transposed matrix is turned", () =>
  withCheckpoint({ w: [3, 2], tall: [1, 4] }, async (weights) => {
    const { values } = await loadWeights(weights, [
      spec("w", [2, 3], { transpose: true }),
      spec("tall", [4, 1], { transpose: true }),
    ]);
    assert.deepEqual(values.get("w"), Float32Array.of(1, 3, 5, 2, 4, 6));
    assert.deepEqual(values.get("tall"), Float32Array.of(1, 2, 3, 4));
  }));

Deno.test("missing, surplus and misshapen tensors are reported together", () =>
  withCheckpoint(
    { "layer.query.wieght": [2, 2], "layer.bias": [3], "w": [3, 2], "position_ids": [1, 9] },
    async (weights) => {
      const specs = [
        spec("layer.query.weight", [2, 2]),
        spec("layer.bias", [2]),
        spec("w", [3, 2], { transpose: true }),
        spec("extra", [1], { optional: true }),
      ];
      await assert.rejects(
        loadWeights(weights, specs, { ignore: [/position_ids$/g] }),
        (error: Error & { kind: string }) => {
          assert.equal(error.kind, "weights");
          assert.ok(error.message.includes(weights.path));
          assert.match(
            error.message,
            /missing \(1\):\n {2}- "layer\.query\.weight" \(did you mean/,
          );
          assert.match(
            error.message,
            /surplus \(1\):\n {2}- "layer\.query\.wieght" \(did you mean/,
          );
          assert.match(error.message, /wrong shape \(2\):/);
          assert.match(error.message, /"layer\.bias" is \[3\], the model wants \[2\]/);
          assert.match(error.message, /"w" is \[3, 2\], the model wants \[2, 3\]/);
          assert.doesNotMatch(error.message, /position_ids|extra/);
          return true;
        },
      );
    },
  ));

Deno.test("a long list is shown in part and counted", () =>
  withCheckpoint({ other: [1] }, async (weights) => {
    const specs = Array.from({ length: 30 }, (_, i) => spec(`layer.${i}.weight`, [1]));
    await assert.rejects(loadWeights(weights, specs, { ignore: [/other/] }), {
      message: /missing \(30\):\n(.*\n){12} {2}… and 18 more$/,
    });
  }));

Deno.test("shapes of the same text are still compared by dimension", () =>
  withCheckpoint({ a: [12], b: [1, 2] }, async (weights) => {
    await assert.rejects(loadWeights(weights, [spec("a", [1, 2]), spec("b", [12])]), {
      message: /wrong shape \(2\)/,
    });
  }));

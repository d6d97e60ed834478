import assert from "node:assert/strict";
import { sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import { LazyMap } from "../../lib/core/lazy_map.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createSharedModel } from "../../lib/evaluate/shared_model.ts";
import type { StackedAdapter } from "../../lib/nn/stacked_weights.ts";
import { weightsOf } from "../../lib/nn/layer.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import type { Model } from "../../lib/nn/model.ts";
import { stacked } from "../../lib/nn/adapter_delta.ts";
import { bodyLayers } from "../../lib/nn/row_adapters.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { familyOf, methodTable } from "../adapters/method_table.ts";
import { goldenModel, goldenPath, largestDifference, readGolden } from "../models/golden.ts";
import { openGolden, rowLogits, type Tensors } from "./several.ts";

const tolerance = 1e-4;
const inputNames = ["input_ids", "attention_mask", "token_type_ids"];

const entryIn = async (folder: string, model: Model) => (await openGolden(folder, model)).entry;

const baseEntry = (model: Model) =>
  sharedAdapter("the base", { model, attached: noAdapter, values: new Map() });

for await (const { name } of Deno.readDir(goldenPath("several"))) {
  Deno.test(`several/${name}: switched, stacked and mixed adapters give PEFT's logits`, async () => {
    const golden = await readGolden(`several/${name}/expected.safetensors`);
    using file = await openSafetensors(goldenPath(`several/${name}/expected.safetensors`));
    const rows: string[] = JSON.parse(file.metadata.rows);
    const model = await goldenModel(name.slice(name.indexOf("-") + 1));
    const shared = createSharedModel(model, await openDevice("cpu"));
    const same = (found: readonly number[], key: string) => {
      const difference = largestDifference(found, golden[key].data);
      assert.ok(difference < tolerance, `${key}: logits differ by ${difference}`);
    };
    try {
      for (const set of golden["heads.one"] ? ["", "heads."] : [""]) {
        const entries: Record<string, StackedAdapter> = { __base__: baseEntry(model) };
        for (const adapter of ["one", "two", "three"]) {
          const entry = await entryIn(`several/${name}/${set.replace(".", "/")}${adapter}`, model);
          entries[adapter] = entry;
          shared.reserve(entry.delta);
        }
        for (const adapter of ["one", "two", "three"]) {
          same(await rowLogits(shared, golden, () => entries[adapter]), `${set}${adapter}`);
        }
        const mixed = await rowLogits(shared, golden, (row) => entries[rows[row]]);
        if (golden[`${set}mixed`]) same(mixed, `${set}mixed`);
        if (set) continue;
        // PEFT mixes LoRA only. For the others each row must be what it is alone.
        const outputs = golden.one.shape[1];
        rows.forEach((adapter, row) => {
          const part = [row * outputs, (row + 1) * outputs] as const;
          const alone = golden[adapter].data.slice(...part);
          const difference = largestDifference(mixed.slice(...part), alone);
          assert.ok(difference < tolerance, `row ${row} with ${adapter} differs by ${difference}`);
        });
        for (const both of ["one+two", "two+one"]) {
          const delta = stacked(both.split("+").map((adapter) => entries[adapter].delta));
          const entry = { ...entries.one, delta };
          same(await rowLogits(shared, golden, () => entry), both);
        }
      }
      assert.equal(shared.compilations, 1);
    } finally {
      await shared.dispose();
    }
  });
}

Deno.test("only an adapter that acts elsewhere has the base compiled anew", async () => {
  const golden = await readGolden("several/lora-bert/expected.safetensors");
  const model = await goldenModel("bert");
  const shared = createSharedModel(model, await openDevice("cpu"));
  const run = async (folder: string) => {
    const entry = await entryIn(folder, model);
    shared.reserve(entry.delta);
    await rowLogits(shared, golden, () => entry);
    return shared.compilations;
  };
  try {
    assert.equal(await run("several/lora-bert/one"), 1);
    // Another rank and scale, another method of low rank, another head: the same places.
    assert.equal(await run("several/lora-bert/heads/two"), 1);
    assert.equal(await run("several/vera-bert/one"), 1);
    assert.equal(await run("several/ia3-bert/one"), 2);
    assert.equal(await run("several/lora-bert/one"), 2);
  } finally {
    await shared.dispose();
  }
});

/** The model with a count of how often each of its weights was read. */
function counted(model: Model): { model: Model; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const count = <Numbers>(path: string, read: () => Numbers) => () => {
    reads.set(path, (reads.get(path) ?? 0) + 1);
    return read();
  };
  const weights = new LazyMap(
    [...model.weights.keys()].map((path) =>
      [path, count(path, () => model.weights.get(path)!)] as const
    ),
  );
  const packed = model.quantized && new Map(
    [...model.quantized].map(([path, held]) => [path, {
      ...held,
      codes: count(`${path}.codes`, () => held.codes()),
      scales: count(`${path}.scales`, () => held.scales()),
    }]),
  );
  return { model: { ...model, weights, ...(packed ? { quantized: packed } : {}) }, reads };
}

const devices = ["cpu", "tfjs:cpu"] as const;
for (
  const [device, quantize] of [...devices.map((name) => [name] as const), ["cpu", "nf4"]] as const
) {
  Deno.test(`${device} ${quantize ?? ""}: a program in place of another reads no weight again`, async () => {
    const golden = await readGolden("several/lora-bert/expected.safetensors");
    const plain = await goldenModel("bert", 3, 1, quantize);
    const { model, reads } = counted(plain);
    const shared = createSharedModel(model, await openDevice(device));
    try {
      for (const folder of ["lora-bert/one", "ia3-bert/one", "beft-bert/one", "lora-bert/two"]) {
        const entry = await entryIn(`several/${folder}`, plain);
        shared.reserve(entry.delta);
        const found = await rowLogits(shared, golden, () => entry);
        const alone = createSharedModel(plain, await openDevice(device));
        alone.reserve(entry.delta);
        const expected = await rowLogits(alone, golden, () => entry);
        await alone.dispose();
        assert.ok(largestDifference(found, expected) < 1e-5, folder);
      }
      assert.ok(shared.compilations > 2);
      const body = bodyLayers(model).flatMap(weightsOf).map(({ path }) => path);
      const names = body.flatMap((path) =>
        model.quantized?.has(path) ? [`${path}.codes`, `${path}.scales`] : [path]
      );
      assert.deepEqual(
        Object.fromEntries(reads),
        Object.fromEntries(names.map((name) => [name, 1])),
      );
    } finally {
      await shared.dispose();
    }
  });
}

/** Every method of the golden files, those that put tokens before the text included. */
const allMethods = [
  "lora",
  "dora",
  "pissa",
  "adalora",
  "vera",
  "ia3",
  "bitfit",
  "prompt-tuning",
  "p-tuning-mlp",
  "prefix-tuning",
];

for (const base of ["bert", "roberta", "distilbert", "gpt2-classes", "llama-classes"]) {
  Deno.test(`${base}: rows of all methods share one program and give each folder's logits`, async () => {
    const model = await goldenModel(base);
    const methods = allMethods.filter((method) => !methodTable[method].gaps[familyOf(base)]);
    const shared = createSharedModel(model, await openDevice("cpu"));
    const goldens: Tensors[] = [];
    const entries: StackedAdapter[] = [];
    for (const method of methods) {
      const folder = `methods/${method}-${base}`;
      goldens.push(await readGolden(`${folder}/expected.safetensors`));
      entries.push(await entryIn(folder, model));
      shared.reserve(entries.at(-1)!.delta);
    }
    const [rows, length] = goldens[0].input_ids.shape;
    // One large batch: the rows of the first method, then those of the second …
    const batch: Tensors = Object.fromEntries(
      inputNames.filter((name) => goldens[0][name]).map((name) => [name, {
        shape: [rows * methods.length, length],
        data: Int32Array.from(goldens.flatMap((golden) => [...golden[name].data])),
      }]),
    );
    try {
      const found = await rowLogits(shared, batch, (row) => entries[Math.floor(row / rows)]);
      methods.forEach((method, i) => {
        const outputs = entries[i].outputs;
        const own = found.slice(i * rows * outputs, (i + 1) * rows * outputs);
        const difference = largestDifference(own, goldens[i].logits.data);
        assert.ok(difference < tolerance, `${method}: logits differ by ${difference}`);
      });
      assert.equal(shared.compilations, 1);
    } finally {
      await shared.dispose();
    }
  });
}

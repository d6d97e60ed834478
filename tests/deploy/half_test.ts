import assert from "node:assert/strict";
import { join } from "node:path";
import { full, lora, merged, model, open, openWeights, Plan, writeSafetensors } from "tunebook";
import golden from "../golden/half.json" with { type: "json" };
import { tableFromRows } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

const stored = { float16: "F16", bfloat16: "BF16" } as const;
const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));

async function checkHalf(folder: string, dtype: keyof typeof stored) {
  using weights = await openWeights(folder);
  const dtypes = new Set([...weights.tensors.values()].map(({ dtype }) => dtype));
  assert.deepEqual([...dtypes], [stored[dtype]]);
  const config = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
  assert.deepEqual([config.dtype, config.torch_dtype], [dtype, dtype]);
}

for (const dtype of ["float16", "bfloat16"] as const) {
  Deno.test(`a classifier is merged in ${dtype}`, () =>
    inFolder(async (folder) => {
      const at = join(folder, "merged");
      const result = await model(await tinyModel(join(folder, "base")))
        .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
        .train({ epochs: 1 }).deploy(merged(at, { dtype })).run(quiet);
      const [{ largestDifference, tolerance }] = result.receipts;
      assert.ok(largestDifference > 0 && largestDifference < tolerance, `${largestDifference}`);
      await checkHalf(at, dtype);
      const opened = await open(at);
      const [one] = await opened.predict(["good"]);
      const [other] = await result.predict(["good"]);
      assert.equal(one.label, other.label);
      await opened.dispose();
      await result.dispose();
    }));

  Deno.test(`a decoder is merged in ${dtype}`, () =>
    inFolder(async (folder) => {
      const at = join(folder, "merged");
      const result = await model(await toyFolder(join(folder, "base"), "qwen2"))
        .data(rows, { text: "text", test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(merged(at, { dtype })).run(quiet);
      assert.ok(result.receipts[0].largestDifference > 0);
      await checkHalf(at, dtype);
      await result.dispose();
    }));
}

for (const [name, task] of Object.entries(trainedTasks)) {
  Deno.test(`${name} is merged in float16`, () =>
    inFolder(async (folder) => {
      const { table } = await goldenTraining(name);
      const at = join(folder, "merged");
      const result = await model(trainedModel(name)).data(table, task, { test: table })
        .adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(merged(at, { dtype: "float16" })).run(quiet);
      await checkHalf(at, "float16");
      await result.dispose();
    }));
}

Deno.test("numbers beyond float16 are an error with the names of their tensors", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const file = join(base.slice("file:".length), "model.safetensors");
    const grown = await withLarge(file, "word_embeddings.weight");
    const plan = model(base).data(moods(60), { text: "text", label: "mood" })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 });
    const at = join(folder, "merged");
    await assert.rejects(
      plan.deploy(merged(at, { dtype: "float16", mostDrift: 100 })).run(quiet),
      isMistake("output", "in float16", grown, "70000", "bfloat16 or float32"),
    );
    await assert.rejects(Deno.stat(at), Deno.errors.NotFound);
    const result = await plan.deploy(merged(at, { dtype: "bfloat16", mostDrift: 100 })).run(quiet);
    await checkHalf(at, "bfloat16");
    await result.dispose();
  }));

/** Puts a number that float16 does not hold into a tensor; returns its name. */
async function withLarge(file: string, end: string): Promise<string> {
  const tensors = [];
  let changed = "";
  {
    using weights = await openWeights(file);
    for (const [name, { shape }] of weights.tensors) {
      const data = await weights.readFloat32(name);
      if (name.endsWith(end)) {
        changed = name;
        data[data.length - 1] = 70000;
      }
      tensors.push({ name, dtype: "F32" as const, shape, data });
    }
  }
  await writeSafetensors(file, tensors);
  return changed;
}

Deno.test("a dtype is part of a plan file, and what makes no sense is refused", () => {
  const plan = model("hf:org/name").data("a.csv", { text: "text", label: "mood" }).adapt(full())
    .train().deploy(merged("out/merged", { dtype: "bfloat16" }));
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(json.deploy[0].options, { dtype: "bfloat16" });
  assert.deepEqual(Plan.from(json).toJSON(), json);
  assert.throws(
    () => merged("a", { dtype: "float8" as "float16" }),
    isMistake("input", '"float8"', 'did you mean "float32"'),
  );
  assert.throws(
    () => merged("a", { dtype: "float16", quantize: "nf4" }),
    isMistake("input", "dtype", "leave one out"),
  );
  assert.throws(
    () => merged("a", { dtype: "float32", mostDrift: 1 }),
    isMistake("input", "do not drift"),
  );
});

Deno.test("transformers opens merged folders in their type and gives the same", () => {
  for (const [name, found] of Object.entries(golden.results)) {
    assert.ok(name.endsWith(`, ${found.dtype}`), `${name} is opened in ${found.dtype}`);
    if ("largestDifference" in found) {
      // Both compute in float32 from the same numbers.
      assert.ok(found.largestDifference < 1e-5, `${name}: ${found.largestDifference}`);
    } else assert.ok(found.sameTokens, name);
  }
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { lora, model, onnx, type OnnxOptions, Plan, type Receipt } from "tunebook";
import { tableFromRows } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));
const kinds = {
  float16: ["_fp16", "fp16"],
  q8: ["_quantized", "q8"],
  q4: ["_q4", "q4"],
} as const;
const dtypes = Object.keys(kinds) as (keyof typeof kinds)[];
const at = (folder: string) => (dtype: string) => join(folder, dtype);
/** The tiny models' few numbers lose more than a model's many. */
const options = (dtype: keyof typeof kinds): OnnxOptions =>
  dtype === "float16" ? { dtype } : { dtype, mostDrift: 1 };

function filesOf(receipt: { files: readonly { path: string }[] }): string[] {
  return receipt.files.map(({ path }) => path).filter((path) => path.startsWith("onnx/"));
}

/** What both models say at the same tokens. */
function checkLanguage({ language, perplexity }: Receipt, dtype: keyof typeof kinds): void {
  const { tokens, largestLogit, kl, sameToken, texts } = language!;
  assert.ok(tokens > 20 && largestLogit > 0, dtype);
  assert.ok(kl.mean > 0 && kl.mean <= kl.largest && kl.largest < Infinity, `${kl.mean}`);
  assert.ok(sameToken <= tokens && texts!.same <= texts!.compared);
  assert.ok(Math.abs(Math.log(perplexity!.written / perplexity!.trained)) < 1);
  if (dtype !== "float16") return;
  assert.ok(kl.largest < 1e-3, `${kl.largest}`);
  assert.deepEqual(texts, {
    compared: texts!.compared,
    same: texts!.compared,
    sameFirstToken: texts!.compared,
  });
}

for (const family of ["gpt2", "llama", "qwen2", "gemma2"]) {
  Deno.test(`${family} in float16, q8 and q4 is opened by transformers.js' pipeline`, () =>
    inFolder(async (folder) => {
      const place = at(folder);
      const result = await model(await toyFolder(place("base"), family))
        .data(rows, { text: "text", test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(...dtypes.map((dtype) => onnx(place(dtype), options(dtype)))).run(quiet);
      env.allowRemoteModels = false;
      const prompt = "the film was";
      const own = await result.generate([prompt], { maxNewTokens: 8 });
      for (const [i, dtype] of dtypes.entries()) {
        const receipt = result.receipts[i];
        const [suffix, name] = kinds[dtype];
        assert.deepEqual(filesOf(receipt), [`onnx/model${suffix}.onnx`]);
        const texts = receipt.reader!.answers!.texts!;
        assert.ok(texts.compared > 5 && texts.same <= texts.sameFirstToken, dtype);
        checkLanguage(receipt, dtype);
        const write = await pipeline("text-generation", place(dtype), {
          dtype: name,
          local_files_only: true,
        });
        const asked = { max_new_tokens: 8, do_sample: false, return_full_text: false };
        const [found] = await write(prompt, asked) as { generated_text: string }[];
        if (dtype === "float16") {
          assert.equal(texts.same, texts.compared);
          assert.equal(found.generated_text.trim(), own[0].text.trim());
        }
        await write.dispose();
      }
      await result.dispose();
    }));
}

for (const [name, task] of Object.entries(trainedTasks)) {
  Deno.test(`${name} in float16, q8 and q4 is opened by transformers.js' pipeline`, () =>
    inFolder(async (folder) => {
      const { table } = await goldenTraining(name);
      const result = await model(trainedModel(name)).data(table, task, { test: table })
        .adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(...dtypes.map((dtype) => onnx(at(folder)(dtype), options(dtype)))).run(quiet);
      for (const [i, dtype] of dtypes.entries()) {
        const [suffix] = kinds[dtype];
        assert.deepEqual(filesOf(result.receipts[i]), [
          `onnx/decoder_model_merged${suffix}.onnx`,
          `onnx/encoder_model${suffix}.onnx`,
        ]);
        const texts = result.receipts[i].reader!.answers!.texts!;
        checkLanguage(result.receipts[i], dtype);
        assert.equal(texts.compared, result.receipts[i].reader!.answers!.inputs);
        if (dtype === "float16") assert.equal(texts.same, texts.compared);
      }
      await result.dispose();
    }));
}

Deno.test("a classifier is written in float16, q8 and q4", () =>
  inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 })
      .deploy(
        onnx(at(folder)("float32")),
        onnx(at(folder)("float16"), { dtype: "float16" }),
        onnx(at(folder)("q8"), { dtype: "q8", mostDrift: 1 }),
        onnx(at(folder)("q4"), { dtype: "q4", mostDrift: 20 }),
      )
      .run(quiet);
    const bytes = result.receipts.map(({ files }) =>
      files.find(({ path }) => path.endsWith(".onnx"))!.bytes
    );
    assert.ok(bytes[1] < 0.75 * bytes[0], `${bytes}`);
    await result.dispose();
  }));

Deno.test("what makes no sense of a dtype is refused", () => {
  assert.throws(
    () => onnx("a", { dtype: "fp16" as "float16" }),
    isMistake("input", '"fp16"', "float16, q8, q4"),
  );
  assert.throws(
    () => onnx("a", { dtype: "q8", dequantise: true }),
    isMistake("input", "dequantise", "leave it out"),
  );
  assert.throws(() => onnx("a", { mostDrift: 1 }), isMistake("input", "mostDrift"));
  assert.match(onnx("a", { dtype: "float16" }).remedy!, /more bits, float32, or/);
  assert.match(onnx("a", { dtype: "q4" }).remedy!, /more bits, q8 or float16, or/);
  const plan = model("hf:org/name").data("a.csv", { text: "text", label: "mood" })
    .adapt(lora({ rank: 2 })).train().deploy(onnx("out/onnx", { dtype: "q4" }));
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(Plan.from(json).toJSON(), json);
});

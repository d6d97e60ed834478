import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import {
  adapter,
  full,
  imageClassification,
  lora,
  metric,
  model,
  onnx,
  type OnnxOptions,
  Plan,
  type Receipt,
} from "tunebook";
import { emoji } from "tunebook/datasets";
import { readOnnx } from "../../lib/engine/onnx_reader.ts";
import { tableFromRows } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));
const suffixes = { fp16: "_fp16", q8: "_quantized", q4: "_q4", q4f16: "_q4f16" } as const;
const dtypes = Object.keys(suffixes) as (keyof typeof suffixes)[];
/** Models whose graphs have nodes that no other has; the others are written in the types that both rounds are in. */
const inEveryType = ["gpt2", "gemma2", "t5"];
const dtypesOf = (name: string) => inEveryType.includes(name) ? dtypes : ["fp16", "q4f16"] as const;
/** The tiny models' few numbers lose more than a model's many. */
const optionsOf = (name: string): OnnxOptions => ({ dtypes: dtypesOf(name), mostDrift: 1 });

function filesOf(receipt: { files: readonly { path: string }[] }): string[] {
  return receipt.files.map(({ path }) => path).filter((path) => path.startsWith("onnx/"));
}

/** What both models say at the same tokens. */
function checkLanguage({ language, perplexity }: Receipt, dtype: keyof typeof suffixes): void {
  const { tokens, largestLogit, kl, sameToken, texts } = language!;
  assert.ok(tokens > 20 && largestLogit > 0, dtype);
  assert.ok(kl.mean > 0 && kl.mean <= kl.largest && kl.largest < Infinity, `${kl.mean}`);
  assert.ok(sameToken <= tokens && texts!.same <= texts!.compared);
  assert.ok(Math.abs(Math.log(perplexity!.written / perplexity!.trained)) < 1);
  if (dtype !== "fp16") return;
  assert.ok(kl.largest < 1e-3, `${kl.largest}`);
  assert.deepEqual(texts, {
    compared: texts!.compared,
    same: texts!.compared,
    sameFirstToken: texts!.compared,
  });
}

for (const family of ["gpt2", "llama", "qwen2", "gemma2"]) {
  Deno.test(`${family} in ${dtypesOf(family).join(", ")} is opened by transformers.js' pipeline`, () =>
    inFolder(async (folder) => {
      const out = join(folder, "out");
      const result = await model(await toyFolder(join(folder, "base"), family))
        .data(rows, { text: "text", test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(onnx(out, optionsOf(family))).run(quiet);
      env.allowRemoteModels = false;
      const prompt = "the film was";
      const own = await result.generate([prompt], { maxNewTokens: 8 });
      for (const [i, dtype] of dtypesOf(family).entries()) {
        const receipt = result.receipts[i];
        const suffix = suffixes[dtype];
        assert.equal(receipt.dtype, dtype);
        assert.ok(receipt.wasm!.answers!.texts!.compared > 2);
        assert.deepEqual(filesOf(receipt), [`onnx/model${suffix}.onnx`]);
        const texts = receipt.reader!.answers!.texts!;
        assert.ok(texts.compared > 5 && texts.same <= texts.sameFirstToken, dtype);
        checkLanguage(receipt, dtype);
        const write = await pipeline("text-generation", out, {
          dtype,
          local_files_only: true,
        });
        const asked = { max_new_tokens: 8, do_sample: false, return_full_text: false };
        const [found] = await write(prompt, asked) as { generated_text: string }[];
        if (dtype === "fp16") {
          assert.equal(texts.same, texts.compared);
          assert.equal(found.generated_text.trim(), own[0].text.trim());
        }
        await write.dispose();
      }
      await result.dispose();
    }));
}

for (const [name, task] of Object.entries(trainedTasks)) {
  Deno.test(`${name} in ${dtypesOf(name).join(", ")} is opened by transformers.js' pipeline`, () =>
    inFolder(async (folder) => {
      const { table } = await goldenTraining(name);
      const result = await model(trainedModel(name)).data(table, task, { test: table })
        .adapt(lora({ rank: 2 })).train({ epochs: 1 })
        .deploy(onnx(join(folder, "out"), optionsOf(name))).run(quiet);
      for (const [i, dtype] of dtypesOf(name).entries()) {
        const suffix = suffixes[dtype];
        assert.deepEqual(filesOf(result.receipts[i]), [
          `onnx/decoder_model_merged${suffix}.onnx`,
          `onnx/encoder_model${suffix}.onnx`,
        ]);
        const texts = result.receipts[i].reader!.answers!.texts!;
        checkLanguage(result.receipts[i], dtype);
        assert.equal(texts.compared, result.receipts[i].reader!.answers!.inputs);
        if (dtype === "fp16") assert.equal(texts.same, texts.compared);
      }
      await result.dispose();
    }));
}

Deno.test("a classifier is written in all types side by side", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const all = ["fp32", "fp16", "q8", "int8", "q4", "q4f16"] as const;
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 })
      .deploy(
        adapter(join(folder, "adapter")),
        onnx(out, { dtypes: all, mostDrift: 20, mostScoreLoss: 1 }),
      )
      .run(quiet);
    const [, ...receipts] = result.receipts;
    assert.deepEqual(receipts.map(({ dtype }) => dtype), all);
    assert.deepEqual(result.outputs, [join(folder, "adapter"), out]);
    const bytes = receipts.map(({ files }) => {
      const graphs = files.filter(({ path }) => path.endsWith(".onnx"));
      assert.equal(graphs.length, 1, "a receipt has the file of its type alone");
      return graphs[0].bytes;
    });
    assert.ok(bytes[1] < 0.75 * bytes[0] && bytes[3] < bytes[0] && bytes[5] < bytes[4], `${bytes}`);
    for (
      const { dtype, wasm, rows, milliseconds, score, agreement, largestDifference } of receipts
    ) {
      assert.equal(wasm!.rows, rows);
      assert.equal(agreement!.compared, rows);
      assert.ok(score!.low! <= score!.value && score!.value <= score!.high!);
      assert.ok(milliseconds > 0 && wasm!.milliseconds > 0);
      assert.ok(wasm!.answers!.inputs > 5);
      // Both compute in float32 with the same rounded weights; products of float16 may round otherwise, and sums before
      // they become bytes.
      const most = dtype === "fp16" || dtype === "q4f16" ? 1e-2 : dtype === "int8" ? 0.1 : 1e-4;
      assert.ok(Math.abs(wasm!.largestDifference - largestDifference) < most, `${dtype}`);
    }
    const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
    assert.deepEqual(config["transformers.js_config"], { dtype: "fp32" });
    const steps = result.chain!.steps.map(({ step }) => step);
    assert.deepEqual(steps, [
      "trained",
      "adapter",
      ...all.flatMap((dtype) => [`onnx ${dtype}`, `onnx ${dtype} in WebAssembly`]),
    ]);
    assert.match(String(result), /onnx q4f16 in WebAssembly +12 /);
    await result.dispose();
  }));

Deno.test("int8 multiplies bytes in all layers but those that are left, also of images and decoders", () =>
  inFolder(async (folder) => {
    const opened = async (name: string) => {
      const file = join(folder, name, "onnx", "model_int8.onnx");
      const { nodes, constants } = readOnnx(await Deno.readFile(file), file, () => {
        throw new Error("all is in the file");
      });
      const codes = [...constants.keys()].filter((each) => each.endsWith(".weight codes")).sort();
      return { codes, rounded: nodes.filter(({ op }) => op === "QuantizeLinear").length };
    };
    const floatLayers = ["encoder.layer.0.output.dense"];
    const calibration = { by: "entropy", rows: 4 } as const;
    const text = await model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 })
      .deploy(onnx(join(folder, "text"), {
        ...{ dtypes: ["int8"], calibration, floatLayers, mostDrift: 20, mostScoreLoss: 1 },
      })).run(quiet);
    const { codes } = await opened("text");
    assert.ok(codes.length >= 11 && !codes.includes(`${floatLayers[0]}.weight codes`), `${codes}`);
    assert.ok(codes.includes("encoder.layer.0.intermediate.dense.weight codes"));
    await text.dispose();
    const images = await emoji({ rows: 12 });
    const drawn = await model("new:vit", {
      ...{ hiddenSize: 16, layers: 1, heads: 2, imageSize: 32, patchSize: 8 },
    }).data(images, imageClassification({ image: "image", label: "category" }), { test: images })
      .adapt(full()).train({ epochs: 1 })
      .deploy(onnx(join(folder, "images"), { dtypes: ["int8"], mostScoreLoss: 1 })).run(quiet);
    const patches = (await opened("images")).codes.filter((name) => /patch/.test(name));
    assert.equal(patches.length, 1, "the convolution of the patches");
    await drawn.dispose();
    const written = await model(await toyFolder(join(folder, "gpt2"), "gpt2"))
      .data(rows, { text: "text", test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .deploy(onnx(join(folder, "words"), { dtypes: ["int8"], mostDrift: 1 })).run(quiet);
    const { tokens, sameToken } = written.receipts[0].language!;
    assert.ok(sameToken > 0.5 * tokens, `${sameToken} of ${tokens}`);
    await written.dispose();
  }));

Deno.test("a table of many tokens is held in eight bits, also where the output reads it", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const texts = tableFromRows(
      ["The river was high.", "An old man came home.", "She sold the red house."]
        .map((text) => ({ text })),
    );
    const result = await model("tunebook:english")
      .data(texts, { text: "text", test: texts }).adapt(lora({ rank: 1 })).train({ epochs: 1 })
      .deploy(onnx(out, { dtypes: ["q8"], mostScoreLoss: 10 })).run(quiet);
    const [{ files, language, perplexity }] = result.receipts;
    const { bytes } = files.find(({ path }) => path.endsWith(".onnx"))!;
    const numbers = result.totalParameters;
    // A byte and a thirty-second of four for each number, and what the graph takes.
    assert.ok(bytes > numbers && bytes < 1.25 * numbers, `${bytes} bytes for ${numbers} numbers`);
    assert.ok(language!.kl.mean < 1e-3, `${language!.kl.mean}`);
    assert.ok(Math.abs(Math.log(perplexity!.written / perplexity!.trained)) < 0.02);
    await result.dispose();
  }));

Deno.test("a file whose score is too low is refused, and names the score", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const target = onnx(out, { dtypes: ["fp32"], mostScoreLoss: 0 });
    const result = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 }).evaluate({ worse }).deploy(target).run(quiet);
    await assert.rejects(
      result,
      isMistake(
        "output",
        "files in fp32",
        "worse on 12 held-out rows is",
        "mostScoreLoss allows 0",
      ),
    );
    await assert.rejects(Deno.stat(out));
  }));

/** What has another value whenever it is asked, and each is worse than the one before. */
let asked = 0;
const worse = metric({
  name: "worse",
  kinds: ["single"],
  better: "higher",
  compute: () => -(asked++),
});

Deno.test("what makes no sense of dtypes is refused", () => {
  assert.throws(
    () => onnx("a", { dtypes: ["fp15" as "fp16"] }),
    isMistake("input", "fp16", "q8, int8, q4, q4f16"),
  );
  assert.throws(() => onnx("a", { dtypes: ["q8", "q8"] }), isMistake("input", "each once"));
  assert.throws(() => onnx("a", { dtypes: [] }), isMistake("input", "dtypes"));
  assert.throws(() => onnx("a", { mostDrift: 1 }), isMistake("input", "mostDrift"));
  assert.throws(
    () => onnx("a", { dtypes: ["q8"], calibration: {} }),
    isMistake("input", "calibration belongs to the dtype int8"),
  );
  assert.throws(
    () =>
      onnx("a", {
        dtypes: ["int8"],
        calibration: { by: "kl" as "entropy", rows: 0, size: 1 } as never,
      }),
    isMistake("input", "minMax, percentile, entropy", "rows", "size"),
  );
  assert.throws(
    () => onnx("a", { dtypes: ["int8"], calibration: { by: "minMax", percentile: 99 } }),
    isMistake("input", "which minMax does not use"),
  );
  assert.throws(() => onnx("a", { mostScoreLoss: -1 }), isMistake("input", "mostScoreLoss"));
  assert.match(onnx("a", { dtypes: ["fp16"] }).remedy!, /more bits, fp32, or/);
  assert.match(onnx("a", { dtypes: ["q4"] }).remedy!, /more bits, q8 or fp16, or/);
  const plan = model("hf:org/name").data("a.csv", { text: "text", label: "mood" })
    .adapt(lora({ rank: 2 })).train().deploy(onnx("out/onnx", { dtypes: ["fp32", "q4"] }));
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(Plan.from(json).toJSON(), json);
});

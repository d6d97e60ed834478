import assert from "node:assert/strict";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { lora, mobile, model, open, Plan, tableFromColumns, textGeneration } from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { goldenPath } from "../models/golden.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";
import { askLlamaCpp, askTunebook, nodeLlamaCpp } from "./gguf/greedy.ts";

/** How ONNX Runtime's format begins: its name stands behind the first offset. */
const ortMark = "ORTM";
const markAt = 4;

Deno.test("a classifier is written in ONNX Runtime's format with its operators", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora({ rank: 2 })).train({
        epochs: 1,
      })
      .deploy(mobile(out, { dtypes: ["fp32", "q8", "int8"], mostDrift: 5, mostScoreLoss: 1 })).run(
        quiet,
      );
    assert.deepEqual(
      result.receipts.map(({ dtype, files }) => [dtype, files.map(({ path }) => path)]),
      [
        ["fp32", [
          "README.md",
          "config.json",
          "onnx/model.ort",
          "required_operators.config",
          "tokenizer.json",
          "tokenizer_config.json",
        ]],
        ["q8", [
          "README.md",
          "config.json",
          "onnx/model_quantized.ort",
          "required_operators.config",
          "tokenizer.json",
          "tokenizer_config.json",
        ]],
        ["int8", [
          "README.md",
          "config.json",
          "onnx/model_int8.ort",
          "required_operators.config",
          "tokenizer.json",
          "tokenizer_config.json",
        ]],
      ],
    );
    assert.ok(result.receipts[0].largestDifference < 1e-4);
    const bytes = await Deno.readFile(join(out, "onnx", "model.ort"));
    assert.equal(
      new TextDecoder().decode(bytes.subarray(markAt, markAt + ortMark.length)),
      ortMark,
    );
    const operators = await Deno.readTextFile(join(out, "required_operators.config"));
    assert.match(operators, /^ai\.onnx;18;(\w+,)*Gather,/m);
    assert.match(operators, /^com\.microsoft;1;(\w+,)*MatMulNBits(,|$)/m);
    assert.match(operators, /^com\.microsoft;1;(\w+,)*QGemm(,|$)/m);
    assert.equal(operators.match(/^ai\.onnx;/gm)?.length, 1);

    // The lines for React Native run as they are: its package has the same classes.
    const readme = await Deno.readTextFile(join(out, "README.md"));
    const [, lines] = /```ts\nimport .*\n\n([^]*?)```/.exec(readme)!;
    const script = lines.replace(": bigint[]", "").replace(/const \{ logits \} = /, "return ");
    const run = new Function(
      "InferenceSession",
      "Tensor",
      "path",
      "ids",
      `return (async () => {${script}})()`,
    );
    const ids = [2, 15, 16, 3];
    const { logits } = await run(InferenceSession, Tensor, join(out, "onnx", "model.ort"), ids);
    assert.deepEqual(logits.dims, [1, 2]);
    await result.dispose();
  }));

Deno.test("an encoder-decoder is two files, whose operators are listed together", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const { table } = await goldenTraining("t5");
    const result = await model(trainedModel("t5")).data(table, trainedTasks.t5, { test: table })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(mobile(out)).run(quiet);
    const [{ files, language }] = result.receipts;
    assert.deepEqual(files.map(({ path }) => path).filter((path) => path.endsWith(".ort")), [
      "onnx/decoder_model_merged.ort",
      "onnx/encoder_model.ort",
    ]);
    assert.equal(language!.sameToken, language!.tokens);
    await result.dispose();
  }));

const texts = ["The quick brown fox jumps", "Don't they think it's", "better than 12345"];
const rows = tableFromColumns({ text: [...texts, ...texts, ...texts] });

Deno.test("a language model is GGUF, which llama.cpp reads where it is installed", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const result = await model(`file:${goldenPath("gguf/llama.gguf")}`)
      .data(rows, textGeneration({ text: "text" }), { test: 1 / 3 })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .deploy(mobile(out, { dtypes: ["fp32", "q4", "q4f16"], mostDrift: 1 })).run(quiet);
    assert.deepEqual(
      result.receipts.map(({ dtype, files }) => [dtype, files.map(({ path }) => path)]),
      [
        ["F32", ["README.md", "model-F32.gguf"]],
        ["Q4_0", ["README.md", "model-Q4_0.gguf"]],
      ],
    );
    assert.ok(result.receipts[0].language!.largestLogit < 1e-3);
    const opened = await open(join(out, "model-F32.gguf"));
    assert.equal((await opened.generate(["the film"], { maxNewTokens: 4 })).length, 1);
    await opened.dispose();
    if (nodeLlamaCpp) {
      const file = join(out, "model-F32.gguf");
      assert.deepEqual(await askLlamaCpp(file, texts, 6), await askTunebook(file, texts, 6));
    }
    await result.dispose();
  }));

Deno.test("language models have no int8 on phones, and that is said before the training", async () => {
  const rows = tableFromColumns({ text: ["one word", "two words"] });
  await assert.rejects(
    model("tunebook:english").data(rows, textGeneration({ text: "text" }), { test: rows })
      .adapt(lora({ rank: 1 })).train().deploy(mobile("out/none", { dtypes: ["int8"] })).run(quiet),
    isMistake("unsupported", "GGUF, which has no int8"),
  );
});

Deno.test("what makes no sense of phones is refused", () => {
  assert.throws(
    () => mobile("a", { dtypes: ["int9" as "q8"] }),
    isMistake("input", "mobile", "q8"),
  );
  const plan = model("hf:org/name").data("a.csv", { text: "text", label: "mood" })
    .adapt(lora({ rank: 2 })).train().deploy(mobile("out/phone", { dtypes: ["q8"] }));
  const json = JSON.parse(JSON.stringify(plan));
  assert.equal(json.deploy[0].target, "mobile");
  assert.deepEqual(Plan.from(json).toJSON(), json);
});

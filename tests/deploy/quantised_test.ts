import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { adapter, lora, merged, model, onnx, openWeights, Plan, qlora } from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const columns = { text: "text", label: "mood" };
const training = { epochs: 4, learningRate: 1e-2 };
const quiet = { quiet: true };
const small = { rank: 4, alpha: 8, dropout: 0 };
const texts = ["good", "the food was awful and the place was sad", "it was a film"];

const fileOf = { nf4: "model_bnb4", fp4: "model_bnb4", int4: "model_q4", int8: "model_int8" };

for (const format of ["nf4", "fp4", "int4", "int8"] as const) {
  Deno.test(`a run over ${format} is deployed without rounding anything anew`, () =>
    inFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      const result = await model(await tinyModel(at("base")), { quantize: format })
        .data(moods(60), columns)
        .adapt(lora(small))
        .train(training)
        .deploy(
          adapter(at("adapter")),
          merged(at("merged")),
          onnx(at("onnx")),
          onnx(at("float"), { dtypes: ["fp32"] }),
        )
        .run(quiet);
      for (const { target, largestDifference } of result.receipts) {
        assert.ok(largestDifference < 1e-5, `${target}: ${largestDifference}`);
      }
      const [held, whole] = [result.receipts[2], result.receipts[3]].map(({ files }) =>
        files.find(({ path }) => path.endsWith(".onnx"))!
      );
      assert.equal(held.path, `onnx/${fileOf[format]}.onnx`);
      assert.equal(whole.path, "onnx/model.onnx");
      assert.ok(held.bytes < 0.7 * whole.bytes, `${held.bytes} of ${whole.bytes}`);
      env.allowRemoteModels = false;
      env.localModelPath = folder;
      const classify = await pipeline("text-classification", "onnx");
      const found = await classify(texts) as { label: string; score: number }[];
      const wanted = await result.predict(texts);
      found.forEach(({ label, score }, i) => {
        assert.ok(Math.abs(score - wanted[i].probabilities[label]) < 1e-5, texts[i]);
      });
      await classify.dispose();
      await result.dispose();
    }));
}

Deno.test("merged weights are quantised only where they stay near the trained model", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base"), "../quantised/bert"))
      .data(moods(60), columns)
      .adapt(qlora(small))
      .train(training);
    const target = join(folder, "merged");
    const strict = plan.deploy(merged(target, { quantize: "nf4", mostDrift: 1e-4 }));
    await assert.rejects(
      strict.run(quiet),
      isMistake(
        "output",
        /largest difference on \d+ held-out rows is [\d.]+, allowed is 0.0001/,
        "leaving out quantize",
        "mostDrift",
      ),
    );
    await assert.rejects(Deno.stat(target), Deno.errors.NotFound);

    const result = await plan.deploy(merged(target, { quantize: "nf4", mostDrift: 20 })).run(quiet);
    const [{ largestDifference }] = result.receipts;
    assert.ok(largestDifference > 1e-4 && largestDifference < 20, `${largestDifference}`);
    await result.dispose();
    using weights = await openWeights(target);
    const names = [...weights.tensors.keys()];
    assert.ok(names.some((name) => name.endsWith("query.weight.quant_state.bitsandbytes__nf4")));
    assert.equal(weights.tensors.get("classifier.weight")!.dtype, "F32");
    const config = JSON.parse(await Deno.readTextFile(join(target, "config.json")));
    assert.equal(config.quantization_config.bnb_4bit_quant_type, "nf4");
    assert.ok(config.quantization_config.llm_int8_skip_modules.includes("classifier"));

    // The folder is a model like any other.
    const again = await model(`file:${target}`)
      .data(moods(60), columns).adapt(lora(small)).train({ epochs: 1 })
      .deploy(merged(join(folder, "again"))).run(quiet);
    assert.ok(again.receipts[0].largestDifference < 1e-4);
    const float = JSON.parse(await Deno.readTextFile(join(folder, "again", "config.json")));
    assert.equal(float.quantization_config, undefined);
    await again.dispose();
  }));

Deno.test("how a model and its deployment are quantised is part of a plan file", () => {
  const plan = model("hf:org/name", { quantize: "int4" })
    .data("a.csv", columns)
    .adapt(qlora({ rank: 8, quantize: "fp4" }))
    .train()
    .deploy(merged("out/merged", { quantize: "nf4", mostDrift: 1 }), onnx("out/onnx"));
  const json = JSON.parse(JSON.stringify(plan));
  assert.equal(json.quantize, "int4");
  assert.deepEqual(json.deploy[0].options, { quantize: "nf4", mostDrift: 1 });
  const again = Plan.from(json);
  assert.deepEqual(again.toJSON(), json);
  assert.equal(again.spec.targets[0].tolerance, 1);
  assert.equal(again.spec.method.quantize, "fp4");
  assert.match(String(again), /hf:org\/name in int4/);
  assert.throws(
    () => Plan.from({ ...json, quantize: "nf" }),
    isMistake("input", 'quantize is "nf"', 'did you mean "nf4"'),
  );
  assert.throws(
    () => Plan.from({ ...json, deploy: [{ target: "onnx", folder: "a", options: { drift: 1 } }] }),
    isMistake("input", "deploy: onnx: there is no option drift"),
  );
});

Deno.test("options that make no sense are refused", () => {
  assert.throws(() => merged("a", { mostDrift: 1 }), isMistake("input", "belongs to quantize"));
  assert.throws(
    () => merged("a", { quantize: "int4" as "nf4", mostDrift: -1 }),
    isMistake("input", '"int4", but must be one of nf4, fp4', "mostDrift is -1"),
  );
  assert.throws(() => model("hf:a/b", { quantize: "nf5" as "nf4" }), isMistake("input", "nf4"));
});

Deno.test("methods that need a whole matrix are refused over a quantised base", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    for (const method of [lora({ ...small, dora: true }), lora({ ...small, start: "pissa" })]) {
      const plan = model(base, { quantize: "nf4" })
        .data(moods(60), columns)
        .adapt(method)
        .train(training);
      await assert.rejects(plan.run(quiet), isMistake("unsupported", "is quantised"));
    }
  }));

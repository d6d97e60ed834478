import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { roundedHead } from "../../lib/generate/rounded_head.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import type { Model } from "../../lib/nn/model.ts";
import { weightsOf } from "../../lib/nn/layer.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { quantizeWeight } from "../../lib/weights/quantize_weight.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyLanguageModel, toyVocabulary } from "../nn/toy.ts";

/** A toy Llama whose linear layers are held in a format. */
function quantizedToy(format: "int8" | "int4" | "nf4", isTied: boolean): Model {
  const model = toyLanguageModel({ modelType: "llama", layers: 2, width: 64, isTied });
  const quantized = new Map(
    model.layers.filter(({ kind, path }) => kind === "linear" && path !== "lm_head")
      .flatMap(weightsOf).filter(({ path }) => path.endsWith(".weight"))
      .map(({ path, shape }) =>
        [path, quantizeWeight(format, shape, () => model.weights.get(path)!)] as const
      ),
  );
  return { ...model, head: [], quantized };
}

Deno.test("the head of a model in whole numbers is rounded to eight bits", () => {
  const tied = roundedHead({ model: quantizedToy("int4", true), adapter: noAdapter });
  assert.equal(tied.model.products?.get("embed_tokens.weight")?.format, "int8");
  const own = roundedHead({ model: quantizedToy("int4", false), adapter: noAdapter });
  assert.equal(own.model.quantized?.get("lm_head.weight")?.format, "int8");
  assert.equal(own.model.products, undefined);
});

Deno.test("a head stays as it is where a method trains it, or where nothing else is in whole numbers", () => {
  const trained = {
    model: quantizedToy("int8", false),
    adapter: { parameters: [], trains: (path: string) => path === "lm_head.weight" },
  };
  assert.equal(roundedHead(trained), trained);
  for (const model of [quantizedToy("nf4", true), toyLanguageModel({ modelType: "llama" })]) {
    const given = { model, adapter: noAdapter };
    assert.equal(roundedHead(given), given);
  }
});

const ids = [1, 5, 9, 3, 12, 7, 2, 4];

for (const [format, isTied] of [["int8", true], ["int8", false], ["int4", true]] as const) {
  Deno.test(`a ${isTied ? "tied" : "untied"} model in ${format} writes nearly as it scores`, async () => {
    const model = quantizedToy(format, isTied);
    const device = await openDevice("cpu");
    const objective = nextTokenObjective({ texts: [{ ids }], vocabSize: toyVocabulary });
    const shape = [1, ids.length];
    const { data } = await logitsOf({ model, adapter: noAdapter, objective }, device, {
      input_ids: { shape, data: Int32Array.from(ids) },
      attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
    });
    const continuer = createContinuer({ model, adapter: noAdapter }, { device });
    const cache = continuer.begin(1);
    // Inputs rounded to eight bits move a product by up to a hundredth, and later layers add to it.
    const allowed = 0.06 * Math.max(...Array.from(data, Math.abs));
    for (const [from, to] of [[0, 5], [5, 6], [6, 8]]) {
      const [found] = await continuer.read(cache, [ids.slice(from, to)]);
      const expected = Array.from(data).slice((to - 1) * toyVocabulary, to * toyVocabulary);
      const most = Math.max(...expected.map((each, i) => Math.abs(each - found[i])));
      assert.ok(most > 0 && most < allowed, `logits differ by ${most}, allowed is ${allowed}`);
    }
    await continuer.dispose();
  });
}

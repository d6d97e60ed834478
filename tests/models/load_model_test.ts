import assert from "node:assert/strict";
import { isMistake } from "../is_mistake.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import type { Model } from "../../lib/nn/model.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenModel, goldenPath } from "./golden.ts";
import { inFolder } from "../weights/in_folder.ts";

/** The golden model's files with other fields and other tensors. */
async function loadChanged(
  folder: string,
  name: string,
  { fields = {}, tensors = (all) => all, outputs = 3 }: {
    fields?: Record<string, unknown>;
    tensors?: (all: TensorToWrite[]) => TensorToWrite[];
    outputs?: number;
  },
): Promise<Model> {
  const source = goldenPath(`models/${name}`);
  const json = JSON.parse(await Deno.readTextFile(`${source}/config.json`));
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ ...json, ...fields }));
  using file = await openSafetensors(`${source}/model.safetensors`);
  const all: TensorToWrite[] = [];
  for (const [name, { shape }] of file.tensors) {
    all.push({ name, dtype: "F32", shape, data: await file.readFloat32(name) });
  }
  await writeSafetensors(`${folder}/model.safetensors`, tensors(all));
  return await loadModel({
    reference: folder,
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
    outputs,
    seed: 1,
  });
}

Deno.test("missing, surplus and wrongly shaped tensors are one error", () =>
  inFolder((folder) =>
    assert.rejects(
      loadChanged(folder, "bert", {
        tensors: (all) => [
          ...all.filter(({ name }) => !name.endsWith("layer.1.attention.self.query.weight"))
            .map((each) =>
              each.name.endsWith("layer.0.output.dense.bias") ? { ...each, shape: [2, 16] } : each
            ),
          { name: "bert.encoder.layer.9.odd", dtype: "F32", shape: [1], data: Float32Array.of(1) },
        ],
      }),
      isMistake(
        "weights",
        "missing (1)",
        "bert.encoder.layer.1.attention.self.query.weight",
        "surplus (1)",
        "bert.encoder.layer.9.odd",
        "wrong shape (1)",
        '"bert.encoder.layer.0.output.dense.bias" is [2, 16], the model wants [32]',
      ),
    )
  ));

Deno.test("a head of another size is made anew from the seed, with small weights", async () => {
  const model = await goldenModel("bert", 5, 7);
  const weights = model.weights.get("classifier.weight")!;
  assert.equal(weights.length, 5 * 32);
  assert.deepEqual([...model.weights.get("classifier.bias")!], [0, 0, 0, 0, 0]);
  const deviation = Math.sqrt(weights.reduce((sum, each) => sum + each ** 2, 0) / weights.length);
  const { initializerRange } = model.config;
  assert.ok(Math.abs(deviation / initializerRange - 1) < 0.2, `deviation ${deviation}`);
  const again = await goldenModel("bert", 5, 7);
  assert.deepEqual(again.weights.get("classifier.weight"), weights);
  const other = await goldenModel("bert", 5, 8);
  assert.notDeepEqual(other.weights.get("classifier.weight"), weights);
});

Deno.test("a head of the same size is kept", async () => {
  using file = await openSafetensors(goldenPath("models/roberta/model.safetensors"));
  const model = await goldenModel("roberta");
  for (const name of ["classifier.dense.weight", "classifier.out_proj.bias"]) {
    assert.deepEqual(model.weights.get(name), await file.readFloat32(name));
  }
  assert.deepEqual(model.head, ["classifier.dense", "classifier.out_proj"]);
});

Deno.test("a bare encoder gets a head, and a missing pooler counts as part of it", () =>
  inFolder(async (folder) => {
    const model = await loadChanged(folder, "bert", {
      tensors: (all) =>
        all.filter(({ name }) => name.startsWith("bert.") && !name.includes("pooler"))
          .map((each) => ({ ...each, name: each.name.replace("bert.", "") })),
    });
    assert.deepEqual(model.head, ["pooler.dense", "classifier"]);
    assert.equal(model.weights.get("pooler.dense.weight")!.length, 32 * 32);
    const golden = await goldenModel("bert");
    const name = "encoder.layer.1.output.dense.weight";
    assert.deepEqual(model.weights.get(name), golden.weights.get(name));
  }));

Deno.test("norms may be called gamma and beta", () =>
  inFolder(async (folder) => {
    const model = await loadChanged(folder, "bert", {
      tensors: (all) =>
        all.map((each) => ({
          ...each,
          name: each.name.replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta"),
        })),
    });
    const golden = await goldenModel("bert");
    assert.deepEqual(model.weights, golden.weights);
  }));

Deno.test("tensors that an encoder does not need may be left over", () =>
  inFolder(async (folder) => {
    const data = Float32Array.of(1);
    const model = await loadChanged(folder, "roberta", {
      tensors: (all) => [
        ...all,
        { name: "lm_head.bias", dtype: "F32", shape: [1], data },
        { name: "roberta.pooler.dense.bias", dtype: "F32", shape: [1], data },
        { name: "roberta.embeddings.position_ids", dtype: "F32", shape: [1], data },
      ],
    });
    assert.equal(model.weights.size, (await goldenModel("roberta")).weights.size);
  }));

/** Fields of `config.json` with values that no model can have. */
const brokenFields: Record<string, Record<string, unknown[]>> = {
  bert: {
    hidden_size: [0, -1, 1.5, "32", true],
    num_hidden_layers: [0, 1e9, {}],
    num_attention_heads: [0, 5, "4"],
    vocab_size: [0, "99"],
    max_position_embeddings: [0, 0.5],
    intermediate_size: [-64, []],
    type_vocab_size: [0, "2"],
    hidden_act: ["gelo", 1, "constructor"],
    layer_norm_eps: [0, -1e-12, "1e-12"],
    hidden_dropout_prob: [1, -0.1, "0.1"],
    attention_probs_dropout_prob: [2],
    classifier_dropout: ["no"],
    initializer_range: [0, -0.02],
    pad_token_id: [-1, 99, 0.5],
    position_embedding_type: ["relative_key"],
    is_decoder: [true],
    add_cross_attention: [true],
  },
  roberta: { pad_token_id: [99], max_position_embeddings: [1, 2] },
  distilbert: {
    dim: [0],
    n_layers: [0, 1e9],
    n_heads: [0, 3],
    vocab_size: [null],
    max_position_embeddings: ["512"],
    hidden_dim: [0],
    dropout: [1],
    attention_dropout: [-1],
    seq_classif_dropout: [1],
    activation: ["gelo"],
    initializer_range: [0],
    pad_token_id: [-1, 99],
  },
};

for (const [name, fields] of Object.entries(brokenFields)) {
  Deno.test(`a broken field of ${name}'s config.json is an error that names it`, () =>
    inFolder(async (folder) => {
      for (const [field, values] of Object.entries(fields)) {
        for (const value of values) {
          await assert.rejects(
            loadChanged(folder, name, { fields: { [field]: value } }),
            isMistake(
              "weights",
              `${folder}/config.json`,
              new RegExp(`^  - ${field} `, "m"),
              /^[^\n]*\n[^\n]*$/,
            ),
          );
        }
      }
    }));

  Deno.test(`all broken fields of ${name}'s config.json are one error`, () =>
    inFolder((folder) =>
      assert.rejects(
        loadChanged(folder, name, {
          fields: Object.fromEntries(
            Object.entries(fields).map(([name, [value]]) => [name, value]),
          ),
        }),
        isMistake(
          "weights",
          ...Object.keys(fields).map((field) => new RegExp(`^  - ${field} `, "m")),
        ),
      )
    ));
}

Deno.test("an unknown model type is refused with the known ones", () =>
  inFolder(async (folder) => {
    await assert.rejects(
      loadChanged(folder, "bert", { fields: { model_type: "distil-bert" } }),
      isMistake("unsupported", `${folder}/config.json`, 'did you mean "distilbert"', "xlm-roberta"),
    );
    await assert.rejects(
      loadChanged(folder, "bert", { fields: { model_type: undefined } }),
      isMistake("unsupported", "model_type is missing"),
    );
  }));

Deno.test("a config.json that is absent, broken or no object is an error that names it", () =>
  inFolder(async (folder) => {
    const load = () =>
      loadModel({
        reference: folder,
        config: `${folder}/config.json`,
        weights: goldenPath("models/bert/model.safetensors"),
        outputs: 3,
        seed: 1,
      });
    await assert.rejects(load(), isMistake("weights", `${folder}/config.json cannot be read`));
    for (const text of ["", "{", "[]", "null", "3"]) {
      await Deno.writeTextFile(`${folder}/config.json`, text);
      await assert.rejects(load(), isMistake("weights", `${folder}/config.json`));
    }
  }));

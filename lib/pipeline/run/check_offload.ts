/**
 * Whether a plan can be run with its frozen weights on disk or shared by processes.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { type OffloadOptions, type SegmentOptions, sizeOf } from "../../engine/mod.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";
import type { FrozenShardOptions } from "../../train/shard_option.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";

const [floatBytes, bytesPerMegabyte] = [4, 1e6];

type Scores = Pick<PlanSpec, "evaluateCompute">;

/**
 * Refuses, before anything is trained, what a later program would stop at: a method that trains all weights, scores
 * in eight bits, and weights that are larger than a segment.
 */
export function checkOffload(
  offload: OffloadOptions | undefined,
  spec: Scores,
  trainable: TrainableModel,
): void {
  if (offload) {
    checkSegments("offload", "leaves frozen weights on disk", { offload, spec, trainable });
  }
}

/** The same of weights that processes share; moreover matrices in fewer bits, and steps in eight bits. */
export function checkShard(
  shard: FrozenShardOptions | undefined,
  { compute }: Pick<TrainSettings, "compute">,
  spec: Scores,
  trainable: TrainableModel,
): void {
  if (!shard) return;
  const does = "deals frozen weights out to processes";
  checkSegments("shard", does, { offload: shard, spec, trainable });
  const { model: { quantized, products } } = trainable;
  const count = (quantized?.size ?? 0) + (products?.size ?? 0);
  const reason = count > 0
    ? `and ${count} matrices of this model are held in fewer bits, whose layout the runtime makes for all of ` +
      "them; leave quantize out, or shard"
    : compute === "int8"
    ? 'and compute is "int8", whose codes the runtime holds; leave compute out'
    : undefined;
  if (reason === undefined) return;
  throw new TunebookError("unsupported", `shard ${does} in float32, ${reason}`);
}

function checkSegments(name: "offload" | "shard", does: string, { offload, spec, trainable }: {
  readonly offload: SegmentOptions;
  readonly spec: Scores;
  readonly trainable: TrainableModel;
}): void {
  const { evaluateCompute = "float32" } = spec;
  const frozen = Object.entries(weightInputs(trainable).inputs)
    .filter(([, { role }]) => role === "frozen");
  if (frozen.length === 0) {
    throw new TunebookError(
      "unsupported",
      `${name} ${does}, and this method trains all of them: their numbers, gradients and ` +
        "moments stay in memory. Take a method that leaves the base as it is, such as lora",
    );
  }
  if (evaluateCompute !== "float32") {
    throw new TunebookError(
      "unsupported",
      `${name} reads float32 weights, and scores are to be computed in int8; leave compute out of evaluate`,
    );
  }
  const tooLarge = frozen.flatMap(([name, { shape }]) => {
    const megabytes = sizeOf(shape as number[]) * floatBytes / bytesPerMegabyte;
    return megabytes > offload.megabytes ? [`${name} has ${megabytes.toFixed(2)} MB`] : [];
  });
  if (tooLarge.length === 0) return;
  throw mistakes(
    "input",
    `${name} has ${offload.megabytes} megabytes for what is read at once, and some weights are larger:`,
    tooLarge,
  );
}

/**
 * The tiny encoder-decoders of `golden/seq2seq` and their rows.
 *
 * @module
 */
import { type Model, textConfig } from "../../lib/nn/model.ts";
import type { EncoderDecoderConfig } from "../../lib/nn/family.ts";
import { decoderFeeds } from "../../lib/tasks/text2text/objective.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import type { GoldenTensors } from "./golden.ts";

/** Their names. */
export const seq2seqModels = ["t5", "t5-untied", "mt5", "bart", "mbart", "marian"] as const;

/** The targets without their padding, whose label is −100. */
export function seq2seqTargets({ labels }: GoldenTensors): number[][] {
  const [rows, width] = labels.shape;
  return Array.from(
    { length: rows },
    (_, row) =>
      Array.from(labels.data).slice(row * width, (row + 1) * width).filter((id) => id !== -100),
  );
}

/** The rows as a training feeds them. */
export function seq2seqBatch(
  model: Pick<Model, "family" | "config">,
  golden: GoldenTensors,
): Record<string, HostTensor> {
  const { decoderStartId } = model.config as EncoderDecoderConfig;
  const last = model.family.decoder!.startsWithLast;
  return {
    input_ids: golden.input_ids,
    attention_mask: golden.attention_mask,
    ...decoderFeeds(seq2seqTargets(golden), {
      startOf: (target) => last ? target[target.length - 1] : decoderStartId,
      padId: textConfig(model).padId,
    }),
  };
}

/**
 * The methods on encoder-decoders, and their tiny models.
 *
 * @module
 */
import { adalora } from "../../lib/adapters/adalora.ts";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { full } from "../../lib/adapters/full.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { pTuning } from "../../lib/adapters/p_tuning.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { Random } from "../../lib/core/random.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { type Model, textConfig } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { targetObjective } from "../../lib/tasks/text2text/objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenLanguageModel, readGolden } from "../models/golden.ts";
import { seq2seqTargets } from "../models/seq2seq_batch.ts";

/** The methods; those with a reason are not possible on T5, which has no biases. */
export const seq2seqMethods: Readonly<
  Record<string, { readonly made: () => Method; readonly gaps?: readonly string[] }>
> = {
  full: { made: full },
  lora: { made: () => lora({ rank: 2, targets: "all-linear" }) },
  dora: { made: () => lora({ rank: 2, dora: true, targets: "all-linear" }) },
  adalora: { made: () => adalora({ initialRank: 3, targetRank: 2, targets: "all-linear" }) },
  vera: { made: () => vera({ rank: 3 }) },
  ia3: { made: ia3 },
  bitfit: { made: () => bitfit({ targets: "all-linear" }), gaps: ["t5"] },
  "prompt-tuning": { made: () => promptTuning({ tokens: 3 }) },
  "p-tuning": { made: () => pTuning({ tokens: 3, hidden: 6 }) },
  "prefix-tuning": { made: () => prefixTuning({ tokens: 3 }) },
  "prefix-tuning-decoder": { made: () => prefixTuning({ tokens: 3, sites: ["decoder"] }) },
  "prefix-projection": { made: () => prefixTuning({ tokens: 3, projection: true, hidden: 6 }) },
};

/** The bases that methods are tried on: with biases by distance, with positions, with sinusoids. */
export const seq2seqBases = ["t5", "bart", "marian"] as const;

/** A model with its golden rows. */
export async function openSeq2Seq(name: string): Promise<{
  readonly model: Model;
  readonly objective: TrainableModel["objective"];
  readonly batch: Record<string, HostTensor>;
}> {
  const golden = await readGolden(`seq2seq/${name}/expected.safetensors`);
  const model = await goldenLanguageModel(`seq2seq/${name}`);
  const { input_ids, attention_mask, decoder_input_ids, decoder_attention_mask } = golden;
  return {
    model,
    objective: targetObjective({
      targets: seq2seqTargets(golden),
      vocabSize: textConfig(model).vocabSize,
    }),
    batch: { input_ids, attention_mask, decoder_input_ids, decoder_attention_mask },
  };
}

/** The method's tensors moved away from where they start, where it may do nothing yet. */
export function movedValues(
  trainable: TrainableModel,
  scale = 0.2,
): ReadonlyMap<string, Float32Array> {
  const own = new Set(trainable.adapter.parameters.map(({ name }) => name));
  return new Map(
    [...initialParameters(trainable, 1)].map(([path, numbers]) => {
      const random = Random.fromSeed(1, path);
      return [
        path,
        own.has(path) ? numbers.map((each) => each + scale * random.normal()) : numbers,
      ];
    }),
  );
}

/**
 * What the golden trainings start from.
 *
 * @module
 */
import { lora } from "../../lib/adapters/lora.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainingRows } from "../../lib/train/train.ts";
import { readGolden } from "../models/golden.ts";

type Golden = Awaited<ReturnType<typeof readGolden>>;

/** LoRA that starts where PEFT started. */
export async function goldenLora(model: Model): Promise<AttachedMethod> {
  const { modelType, prefix } = model.family;
  const start = await readGolden(`train/lora-${modelType}/adapter_model.safetensors`);
  const attached = attachTo(model, lora({ rank: 4, alpha: 8 }));
  return {
    ...attached,
    parameters: attached.parameters.map((parameter) => {
      const { data } = start[`base_model.model.${prefix}.${parameter.name}.weight`];
      return { ...parameter, initial: () => Float32Array.from(data) };
    }),
  };
}

/** Ten batches of four rows as rows 0 to 39. */
export function goldenRows(golden: Golden): TrainingRows {
  const [steps, batch, tokens] = golden.input_ids.shape;
  const names = ["input_ids", "attention_mask", "token_type_ids"].filter((name) => golden[name]);
  return {
    lengths: Array.from({ length: steps * batch }, () => tokens),
    feedsOf: (rows) =>
      Object.fromEntries(names.map((name) => {
        const numbers = Array.from(
          rows,
          (row) => [...golden[name].data.slice(row * tokens, (row + 1) * tokens)],
        ).flat();
        return [name, { shape: [rows.length, tokens], data: Int32Array.from(numbers) }];
      })),
  };
}

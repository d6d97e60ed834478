/**
 * How a batch enters a program.
 *
 * @module
 */
import type { InputSpec, Tensor } from "../engine/mod.ts";
import type { Family, ModelConfig, TextBatch } from "./family.ts";

/** What a batch is called in a program, in an exported model and in transformers. */
export function batchInputs<Config extends ModelConfig>(
  { family, config }: { readonly family: Family<Config>; readonly config: Config },
): Record<string, InputSpec> {
  if (family.inputs) return family.inputs(config);
  const spec: InputSpec = {
    role: "feed",
    type: "int32",
    shape: ["batch", "sequence"],
    exportType: "int64",
  };
  const target: InputSpec = { ...spec, shape: ["batch", "decoder_sequence"] };
  return {
    input_ids: spec,
    attention_mask: spec,
    ...(family.usesTypes ? { token_type_ids: spec } : {}),
    ...(family.decoder ? { decoder_input_ids: target, decoder_attention_mask: target } : {}),
  };
}

/** The inputs of a batch, but for rows that may hold several examples: `data/feeds.ts` fills them. */
export function packedInputs(
  batch: Readonly<Record<string, InputSpec>>,
): Record<string, InputSpec> {
  const int32 = { role: "feed", type: "int32" } as const;
  return {
    ...laidOutInRows(batch),
    position_ids: { ...int32, shape: ["rows", "sequence"] },
    first_tokens: { ...int32, shape: ["rows", "slots"] },
    example_slots: { ...int32, shape: ["batch"] },
  };
}

/** Inputs that lie as a batch's tokens do, where rows are packed; others stay as they are. */
export function laidOutInRows(
  inputs: Readonly<Record<string, InputSpec>>,
): Record<string, InputSpec> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec]): [string, InputSpec] => {
      const [, second, ...others] = spec.shape;
      return [name, second === "sequence" ? { ...spec, shape: ["rows", second, ...others] } : spec];
    }),
  );
}

/** The batch's tensors out of a program's inputs. */
export function batchOf(inputs: Readonly<Record<string, Tensor>>): TextBatch {
  return {
    ids: inputs.input_ids,
    mask: inputs.attention_mask,
    types: inputs.token_type_ids,
    hidden: inputs.hidden,
    ...(inputs.pixel_values ? { pixels: inputs.pixel_values } : {}),
    ...(inputs.decoder_input_ids
      ? { decoder: { ids: inputs.decoder_input_ids, mask: inputs.decoder_attention_mask } }
      : {}),
    ...(inputs.example_slots
      ? {
        packing: {
          positions: inputs.position_ids,
          firsts: inputs.first_tokens,
          exampleIndex: inputs.example_slots,
        },
      }
      : {}),
  };
}

/** What a batch is called above the frozen layers: their result takes the place of the ids. */
export function hiddenInputs(
  width: number,
  positions: "all" | "pooled",
): Record<string, InputSpec> {
  const length = positions === "pooled" ? 1 : "sequence";
  return {
    hidden: { role: "feed", type: "float32", shape: ["batch", length, width] },
    attention_mask: { role: "feed", type: "int32", shape: ["batch", length] },
  };
}

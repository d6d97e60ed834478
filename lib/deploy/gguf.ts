/**
 * Deploys the whole model with the adapter merged into its weights as one GGUF file, for llama.cpp and what
 * is built on it.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake, TunebookError } from "../core/errors.ts";
import type { ValueToWrite } from "../core/gguf/write_values.ts";
import { notNegative, oneOf, positive, type Rules, yesOrNo } from "../core/option_rules.ts";
import { mergeModel } from "../nn/merge.ts";
import { ggufTaskKey } from "../core/task_keys.ts";
import { noteOf } from "../nn/task_note.ts";
import { writeGguf } from "../weights/gguf/write/write_gguf.ts";
import {
  type WrittenFormatName,
  writtenFormatNames,
} from "../weights/gguf/write/written_formats.ts";
import { adapterTarget } from "./gguf/adapter_target.ts";
import { checkGgufModel } from "./gguf/check_model.ts";
import { checkGgufTokenizer } from "./gguf/check_tokenizer.ts";
import { modelKeys } from "./gguf/model_keys.ts";
import { modelTensors } from "./gguf/model_tensors.ts";
import { tokenizerKeysOf } from "./gguf/tokenizer_of.ts";
import { lossDifference } from "./mean_loss.ts";
import { reopenWhole } from "./reopen_whole.ts";
import { checkTargetFile, type DeployTarget } from "./target.ts";

/** How to write the file. */
export interface GgufOptions {
  /**
   * How matrices are stored: `F16` unless given, which is what converters write; `Q8_0` takes about half of
   * that, `Q4_0` about a third, and both round. Vectors stay in float32.
   */
  readonly format?: "F32" | "F16" | "Q8_0" | "Q4_0";
  /**
   * How much the mean loss of a held-out token may move by the rounding of `Q8_0` and `Q4_0`, in nats: 0.02
   * and 0.3 unless given.
   */
  readonly mostDrift?: number;
  /** How much worse than the trained model's a score from 0 to 1 of held-out rows may be: 0.05 unless given. */
  readonly mostScoreLoss?: number;
  /**
   * Writes the trained method alone, as an adapter that llama.cpp puts on the base's GGUF file (`--lora`):
   * LoRA and what comes down to it. Its formats are F32, unless given, and F16. False unless given.
   */
  readonly adapter?: boolean;
}

/** The numbers of file types in llama.cpp (`llama_ftype`). */
const fileTypes: Readonly<Record<WrittenFormatName, number>> = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 };
/** The version of ggml's blocks. */
const quantizationVersion = 2;

/**
 * In F32 as for `merged`. float16 keeps 11 bits of a weight: tiny random models differ by up to 8e-4 of the
 * largest output.
 */
const tolerances = { F32: 1e-4, F16: 5e-3 } as const;
/** Perplexity × 1.02 and × 1.35; on models of 0.1 to 1 billion parameters it is far less. */
const drifts = { Q8_0: 0.02, Q4_0: 0.3 } as const;

const remedy =
  "Rounding has lost part of what was learned. Write the format with more bits, Q8_0 or F16, " +
  "or allow the difference with mostDrift.";

/**
 * One GGUF file: weights, sizes, tokenizer, chat template and end tokens, as llama.cpp's converter writes
 * them. For language models of the types gpt2, llama, mistral, qwen2, qwen3, gemma2 and gemma3_text. Rows whose
 * length is no multiple of 32 are F16 in `Q8_0` and `Q4_0`; in `Q4_0` words and head are Q8_0. With
 * `adapter` the file holds the trained method alone.
 *
 * @example
 * ```ts
 * import { gguf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const target = gguf("out/chat.gguf", { format: "Q8_0" });
 * assert.equal(target.folder, "out/chat.gguf");
 * ```
 */
export function gguf(file: string, options: GgufOptions = {}): DeployTarget {
  checkTargetFile("gguf", file, ".gguf");
  checkOptions("gguf", options, rules, () => [
    ...driftMistakes(options),
    ...adapterMistakes(options),
  ]);
  const loss = options.mostScoreLoss === undefined ? {} : { mostScoreLoss: options.mostScoreLoss };
  if (options.adapter) return { ...adapterTarget(file, options), ...loss };
  const { format = "F16" } = options;
  const isRounded = format === "Q8_0" || format === "Q4_0";
  return {
    name: "gguf",
    folder: file,
    isFile: true,
    dtype: format,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    ...loss,
    tolerance: isRounded ? options.mostDrift ?? drifts[format] : tolerances[format],
    ...(isRounded
      ? {
        isAbsolute: true,
        remedy,
        differenceOf: lossDifference,
      }
      : {}),
    async check(trainable, about) {
      const { architecture, model } = checkGgufModel(trainable);
      if (isRounded && trainable.objective.perRow?.per !== "token") {
        throw new TunebookError(
          "unsupported",
          `${format} is proved by the loss of held-out tokens, which this task does not give; write F16`,
        );
      }
      await tokenizerKeysOf(model, about, architecture.name);
    },
    async write(trained, path) {
      const { trainable: { adapter }, values, task } = trained;
      const { architecture, model } = checkGgufModel(trained.trainable);
      const { keys, divisors } = modelKeys(architecture, model);
      const metadata = new Map<string, ValueToWrite>([
        ["general.architecture", { type: "string", value: architecture.name }],
        ["general.type", { type: "string", value: "model" }],
        ["general.file_type", { type: "uint32", value: fileTypes[format] }],
        ...(isRounded
          ? [
            ["general.quantization_version", { type: "uint32", value: quantizationVersion }],
          ] as const
          : []),
        ...keys,
        ...await tokenizerKeysOf(model, trained, architecture.name),
        [ggufTaskKey, { type: "string", value: JSON.stringify(noteOf(task.task)) }],
      ]);
      const merged = mergeModel(model, adapter, values);
      await writeGguf(path, metadata, modelTensors(architecture, merged, { format, divisors }));
    },
    reopen: ({ trainable }, path, device) =>
      reopenWhole(trainable, { reference: path, config: path, weights: path }, device),
    inspect: async (trained, path, { table }) => ({
      settings: await checkGgufTokenizer(path, { trained, table }),
    }),
  };
}

const rules: Rules<GgufOptions> = {
  format: oneOf(writtenFormatNames),
  mostDrift: positive,
  mostScoreLoss: notNegative,
  adapter: yesOrNo,
};

function adapterMistakes({ adapter, format }: GgufOptions): Mistake[] {
  return !adapter || format === undefined || format === "F32" || format === "F16" ? [] : [
    optionMistake(
      "format",
      `is ${format}, but an adapter is F32 or F16: llama.cpp adapts with these`,
    ),
  ];
}

function driftMistakes({ format = "F16", mostDrift }: GgufOptions): Mistake[] {
  return mostDrift === undefined || format === "Q8_0" || format === "Q4_0" ? [] : [
    optionMistake("mostDrift", `belongs to Q8_0 and Q4_0: ${format} is held to its own tolerance`),
  ];
}

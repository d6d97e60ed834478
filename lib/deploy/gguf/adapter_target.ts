/**
 * Deploys a trained method alone as a LoRA file of llama.cpp.
 *
 * Format: https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py
 *
 * @module
 */
import type { ValueToWrite } from "../../core/gguf/write_values.ts";
import { ggufTaskKey } from "../../core/task_keys.ts";
import { noteOf } from "../../nn/task_note.ts";
import { writeGguf } from "../../weights/gguf/write/write_gguf.ts";
import { writtenFormats } from "../../weights/gguf/write/written_formats.ts";
import type { DeployTarget } from "../target.ts";
import { adapterTensors, checkLora } from "./adapter_tensors.ts";
import { checkGgufModel } from "./check_model.ts";
import { reopenAdapter } from "./reopen_adapter.ts";

/**
 * F32 only multiplies in another order. float16 keeps 11 bits of A and B, whose product is a small part of
 * what a layer gives.
 */
const tolerances = { F32: 1e-4, F16: 5e-3 } as const;

/** How the file is written. */
export interface AdapterFileOptions {
  /** F32 unless it is F16. */
  readonly format?: string;
  readonly adapter?: boolean;
}

/** The target of `gguf(file, { adapter: true })`. */
export function adapterTarget(
  file: string,
  options: AdapterFileOptions,
): DeployTarget {
  const format = options.format === "F16" ? "F16" : "F32";
  return {
    name: "gguf",
    folder: file,
    isFile: true,
    dtype: `${format} adapter`,
    options: { ...options },
    tolerance: tolerances[format],
    check(trainable) {
      checkLora(trainable);
      checkGgufModel(trainable);
    },
    async write({ trainable, values, task }, path) {
      const { architecture } = checkGgufModel(trainable);
      const { tensors, alpha } = adapterTensors(
        architecture,
        trainable,
        values,
        writtenFormats[format],
      );
      const metadata = new Map<string, ValueToWrite>([
        ["general.architecture", { type: "string", value: architecture.name }],
        ["general.type", { type: "string", value: "adapter" }],
        ["adapter.type", { type: "string", value: "lora" }],
        ["adapter.lora.alpha", { type: "float32", value: alpha }],
        [ggufTaskKey, { type: "string", value: JSON.stringify(noteOf(task.task)) }],
      ]);
      await writeGguf(path, metadata, tensors);
    },
    reopen: ({ trainable }, path, device) =>
      reopenAdapter(checkGgufModel(trainable).architecture, trainable, path, device),
  };
}

/**
 * What PEFT reads of an adapter's folder.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { peftBase } from "../../adapters/peft/folder.ts";
import { readPeftFiles } from "../../adapters/peft/files.ts";
import type { TrainedModel } from "../trained_model.ts";
import { quoted } from "./folder_facts.ts";

/**
 * Compares `adapter_config.json` and the notes beside the tensors with what the training did, and gives
 * the number of settings. Throws one error of kind "output" with all differences.
 */
export async function checkAdapterFolder(
  { trainable: { model }, task, maxTokens }: TrainedModel,
  folder: string,
): Promise<number> {
  const files = await readPeftFiles(folder);
  const { config } = files;
  const base = peftBase(model.reference);
  const saved = (config.modules_to_save ?? []) as readonly string[];
  const heads = [...new Set(model.head.map((path) => path.split(".")[0]))];
  const settings: readonly (readonly [what: string, found: unknown, wanted: unknown])[] = [
    ["adapter_config.json: task_type", config.task_type, task.signature.peftTaskType],
    ...Object.entries(base).map(([field, wanted]) =>
      [`adapter_config.json: ${field}`, config[field], wanted] as const
    ),
    ["adapter_config.json: inference_mode", config.inference_mode, true],
    [
      "adapter_config.json: the model's head in modules_to_save",
      heads.filter((name) => saved.includes(name)),
      heads,
    ],
    ["adapter_model.safetensors: the labels", files.labels, task.labels],
    ["adapter_model.safetensors: the limit in tokens", files.maxTokens, maxTokens],
    ["adapter_model.safetensors: the task", files.task?.name, task.task.name],
  ];
  const wrong = settings
    .filter(([, found, wanted]) => quoted(found) !== quoted(wanted))
    .map(([what, found, wanted]) =>
      `${what}: ${quoted(found)}, but the training had ${quoted(wanted)}`
    );
  if (wrong.length === 0) return settings.length;
  throw mistakes("output", "the files say something else than the training did:", wrong);
}

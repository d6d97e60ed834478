/**
 * What PEFT reads of an adapter's folder.
 *
 * @module
 */
import { join } from "node:path";
import { mistakes } from "../../core/errors.ts";
import { textConfig } from "../../nn/model.ts";
import { noteOf } from "../../nn/task_note.ts";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import { headModules, peftBase } from "../../adapters/peft/folder.ts";
import { readPeftFiles } from "../../adapters/peft/files.ts";
import type { TrainedModel } from "../trained_model.ts";
import { asJson, type CheckContext, type FolderCheck } from "./folder_facts.ts";
import { checkLength } from "./length.ts";
import { checkPaddingId } from "./padding_id.ts";
import { checkSameIds } from "./same_ids.ts";
import { checkSides } from "./sides.ts";
import { checkSpecialTokens } from "./special_tokens.ts";
import { checkTokenizerClass } from "./tokenizer_class.ts";

const tokenizerChecks: readonly FolderCheck[] = [
  checkPaddingId,
  checkSides,
  checkSpecialTokens,
  checkSameIds,
  checkTokenizerClass,
  checkLength,
];

/**
 * Compares `adapter_config.json` and the notes beside the tensors with what the training did, and gives
 * the number of settings. Throws one error of kind "output" with all differences.
 */
export async function checkAdapterFolder(
  trained: TrainedModel,
  folder: string,
  { table }: Pick<CheckContext, "table">,
): Promise<number> {
  const { trainable: { model }, task, maxTokens } = trained;
  const files = await readPeftFiles(folder);
  const { config } = files;
  const base = peftBase(model.reference);
  const saved = (config.modules_to_save ?? []) as readonly string[];
  const heads = headModules(model);
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
    ["adapter_model.safetensors: the task", files.task?.name, noteOf(task.task).name],
  ];
  const wrong = settings
    .filter(([, found, wanted]) => asJson(found) !== asJson(wanted))
    .map(([what, found, wanted]) =>
      `${what}: ${asJson(found)}, but the training had ${asJson(wanted)}`
    );
  if (model.family.input === "text") {
    // The base has the config; a padding id that it lacks is in the README.
    const read = async (name: string) => await readJsonObject(join(folder, name));
    const facts = {
      folder,
      config: { ...model.json, pad_token_id: textConfig(model).padId },
      tokenizerConfig: await read("tokenizer_config.json"),
      tokenizer: await read("tokenizer.json"),
    };
    for (const check of tokenizerChecks) wrong.push(...await check(facts, { trained, table }));
  }
  if (wrong.length === 0) return settings.length + tokenizerChecks.length;
  throw mistakes("output", "the files say something else than the training did:", wrong);
}

/**
 * Deploys the adapter alone, as the folder that PEFT opens.
 *
 * @module
 */
import { evaluated } from "../nn/run_over.ts";
import { join } from "node:path";
import { checkPeftFormat, readPeftFolder, writePeftFolder } from "../adapters/peft/folder.ts";
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { markdownOf } from "../core/markdown.ts";
import { quoted } from "../core/quoted.ts";
import type { AttachedMethod } from "../nn/method.ts";
import { isMergeable } from "../nn/merge.ts";
import { type Model, modelHead, textConfig } from "../nn/model.ts";
import { noteOf } from "../nn/task_note.ts";
import { evaluationProgram } from "../nn/forward_program.ts";
import { frozenOf, parameters } from "../nn/trainable_model.ts";
import { trainedTensors } from "../nn/trained.ts";
import { checkAdapterFolder } from "./checks/adapter_folder.ts";
import { writeTokenizerFiles } from "./model_folder.ts";
import { loraFileTarget } from "./lora_file.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** The same float32 numbers go through the same graph; only the run itself may differ in order. */
const tolerance = 1e-5;

const rules: Rules<AdapterOptions> = { format: oneOf(["peft", "diffusers", "kohya"]) };

/** How an adapter is stored. */
export interface AdapterOptions {
  /**
   * PEFT's folder unless given. LoRA of a denoiser may also be one file, `pytorch_lora_weights.safetensors`, with
   * the names of `diffusers` or of `kohya`, whose sd-scripts many tools follow.
   */
  readonly format?: "peft" | "diffusers" | "kohya";
}

/**
 * A PEFT folder: `adapter_config.json`, `adapter_model.safetensors`, `README.md`, and the tokenizer's
 * files, which say how texts were read in training. Or a file of LoRA, where `format` asks for it: an error of
 * kind "unsupported" before anything is trained where the method is another or the model is no denoiser.
 *
 * @example
 * ```ts
 * import { adapter } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(adapter("out/reviews-lora").folder, "out/reviews-lora");
 * assert.deepEqual(adapter("out/style", { format: "kohya" }).options, { format: "kohya" });
 * ```
 */
export function adapter(folder: string, options: AdapterOptions = {}): DeployTarget {
  checkTargetFolder("adapter", folder);
  checkOptions("adapter", options, rules);
  const { format = "peft" } = options;
  if (format !== "peft") return loraFileTarget(folder, format, tolerance);
  return {
    name: "adapter",
    folder,
    needsBase: true,
    tolerance,
    check: ({ adapter }) => checkPeftFormat(adapter),
    write: (trained, folder) => writeAdapter(trained, folder),
    async reopen(trained, folder, device) {
      const { model, objective } = trained.trainable;
      const { attached, values } = await readPeftFolder(folder, model);
      const state = device.createState(trainedTensors(model, attached), [parameters]);
      await state.write(parameters, values);
      const step = await device.compile(
        evaluationProgram({ model, objective, adapter: attached }),
        {
          frozen: frozenOf({ model, adapter: attached }),
          state,
        },
      );
      return {
        run: (feeds, signal) => step.run(feeds, signal),
        read: evaluated(objective),
        async dispose() {
          await step.dispose();
          state.dispose();
        },
      };
    },
    inspect: async (trained, folder, proof) => ({
      settings: await checkAdapterFolder(trained, folder, proof),
    }),
  };
}

/** A trained adapter with its task, whether or not there are rows that it learnt from. */
export type TrainedAdapter = Pick<TrainedModel, "values" | "task" | "maxTokens" | "files"> & {
  readonly trainable: Pick<TrainedModel["trainable"], "model" | "adapter">;
};

/** Writes the folder. */
export async function writeAdapter(trained: TrainedAdapter, folder: string): Promise<void> {
  const { model, adapter } = trained.trainable;
  const { values, task, maxTokens } = trained;
  await writePeftFolder(folder, model, adapter, values, {
    taskType: task.signature.peftTaskType,
    labels: task.labels,
    kind: task.task.kind,
    maxTokens,
    task: noteOf(task.task),
  });
  if (model.family.input === "text") await writeTokenizerFiles(trained, folder);
  await writeFileAtomic(join(folder, "README.md"), readme(trained));
}

/** What opens a denoiser in diffusers, with the classes of its new tables where they are others than its own. */
function denoiserArguments(model: Model, base: string): string {
  const { family: { component }, config, head, headRequest } = model;
  const sizes = modelHead(model).sizeFields?.(config, headRequest.outputs) ?? {};
  const others = head.length === 0 ? [] : [
    ...Object.entries(sizes).map(([name, value]) => `${name}=${value}`),
    "low_cpu_mem_usage=False",
    "ignore_mismatched_sizes=True",
  ];
  return [base, `subfolder="${component}"`, ...others].join(", ");
}

function readme({ trainable, task }: Pick<TrainedAdapter, "trainable" | "task">): string {
  const { reference } = trainable.model;
  const { labels, signature: { autoClass, python = {} } } = task;
  const own = /^tunebook:(.+)$/.exec(reference)?.[1];
  const { family: { component } } = trainable.model;
  const base = own === undefined ? "..." : `"tunebook/pretrained/${own}"`;
  const given = component ? denoiserArguments(trainable.model, base) : [
    base,
    ...meaning(trainable.model, task),
    python.arguments,
    padded(trainable.model),
    inFloat32(trainable.model),
    trainable.model.hasOtherHead ? "ignore_mismatched_sizes=True" : undefined,
    renamed(trainable.model),
  ].filter((each) => each !== undefined).join(", ");
  const opener = component ? modelHead(trainable.model).className : autoClass;
  const after = python.dropsTypes && trainable.model.family.usesTypes
    ? withTypes(trainable.adapter)
    : "";
  const what = labels.length > 0
    ? `Labels, in the order of the logits: ${labels.map(markdownOf).join(", ")}.`
    : `The task is ${task.task.name}.`;
  return `---
base_model: ${reference}
library_name: peft
---
# Adapter for ${reference}

${what}

Made with tunebook. Open it with PEFT:

    base = ${opener}.from_pretrained(${given})
    model = PeftModel.from_pretrained(base, "this folder")${after}
${trainable.model.family.input === "text" ? tokenizerLines : ""}`;
}

/** The folder's tokenizer pads and cuts texts as the training did. */
const tokenizerLines = `    tokenizer = AutoTokenizer.from_pretrained("this folder")
    inputs = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
`;

/** The padding token of a model that reads the last token before it, where its own files name another. */
function padded(model: Model): string | undefined {
  const { family, json } = model;
  if (family.stack?.pooling !== "last" || modelHead(model).reads !== "pooled") return undefined;
  const { padId } = textConfig(model);
  return json.pad_token_id === padId ? undefined : `pad_token_id=${padId}`;
}

/** The numbers that were computed with, where Python would take those that the base is stored in. */
function inFloat32({ json: { dtype, torch_dtype: older } }: Model): string | undefined {
  return (dtype ?? older) === "float32" ? undefined : 'dtype="float32"';
}

/**
 * What the head's numbers mean: PEFT has no place for it, and the base's config names those of its own head.
 * A JSON text is one of Python, too.
 */
function meaning(
  { json }: Model,
  { labels, signature: { config } }: Pick<TrainedAdapter["task"], "labels" | "signature">,
): string[] {
  const { problem_type: own } = config;
  const isUsual = own === "single_label_classification" && !json.problem_type;
  return [
    ...("id2label" in config
      ? [`id2label={${labels.map((label, id) => `${id}: ${quoted(label)}`).join(", ")}}`]
      : []),
    ...(own === undefined || own === json.problem_type || isUsual
      ? []
      : [`problem_type=${JSON.stringify(own)}`]),
  ];
}

/** What must be said where PEFT's model of the task leaves segments out (0.21). */
function withTypes(adapter: AttachedMethod): string {
  return isMergeable(adapter)
    ? "\n    model = model.merge_and_unload()  # PEFT hands on no token_type_ids"
    : "\n\nPEFT's model for this task does not hand on `token_type_ids`, and this method cannot be " +
      "merged: the\nanswers differ from tunebook's there. `onnx(folder)` gives the same ones.";
}

/**
 * What tells transformers that a checkpoint's body is called otherwise than that of the model with this
 * head; it would leave the body random, with no more than a warning (5.18).
 */
function renamed(model: Model): string | undefined {
  const { prefix } = model.family;
  const own = modelHead(model).prefix;
  return own && own !== prefix ? `key_mapping={"^${prefix}": "${own}"}` : undefined;
}

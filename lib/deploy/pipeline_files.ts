/**
 * The files of a diffusers pipeline around the weights of its denoiser.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { taskNoteField } from "../core/task_keys.ts";
import { modelHead } from "../nn/model.ts";
import { noteOf } from "../nn/task_note.ts";
import type { ModelFolder } from "../weights/model_files.ts";
import type { WrittenModel } from "./trained_model.ts";

/** How diffusers calls its own classes. */
const library = "diffusers";
/** The class that all pipelines have in common. */
const anyPipeline = "DiffusionPipeline";

/**
 * Fields of the component's `config.json` that are not handed on: where it came from, what stands in
 * `model_index.json`, and what diffusers has no word for.
 */
const outdated = new Set([
  ...[
    "_name_or_path",
    "model_type",
    "architectures",
    "id2label",
    "label2id",
    "dtype",
    "torch_dtype",
  ],
  taskNoteField,
]);

/** The folder of the weights within a deployed one: a denoiser's is the component's of a pipeline. */
export function weightsFolder(
  { trainable: { model: { family: { component } } } }: Pick<WrittenModel, "trainable">,
  folder: string,
): string {
  return component === undefined ? folder : join(folder, component);
}

/**
 * Writes `model_index.json` with the labels, the denoiser's `config.json`, and `scheduler/scheduler_config.json`;
 * `preprocessor_config.json` beside them says how images became pixels. What reads captions is copied as it is.
 */
export async function writePipelineFiles(
  trained: WrittenModel,
  folder: string,
  ownFields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { model } = trained.trainable;
  const { family: { component, modelType }, json, headRequest, config: sizes } = model;
  const { className, sizeFields } = modelHead(model);
  const { processor, task, files: { textEncoder } } = trained;
  const scheduler = processor.input === "image" ? processor.scheduler : undefined;
  if (component === undefined || scheduler === undefined) {
    throw new TunebookError(
      "unsupported",
      `a ${modelType} without a scheduler is no pipeline of ${library}`,
    );
  }
  const { id2label } = task.signature.config as {
    readonly id2label: Readonly<Record<string, string>>;
  };
  const index = {
    _class_name: textEncoder ? anyPipeline : pipelineClass(component, scheduler._class_name),
    ...(Object.keys(id2label).length > 0 ? { id2label } : {}),
    scheduler: [library, scheduler._class_name],
    [component]: [library, className],
    ...(textEncoder ? await copyTextEncoder(textEncoder, folder) : {}),
  };
  const config = {
    _class_name: className,
    ...Object.fromEntries(Object.entries(json).filter(([name]) => !outdated.has(name))),
    ...sizeFields?.(sizes, headRequest.outputs),
    [taskNoteField]: noteOf(task.task),
    ...ownFields,
  };
  await writeJson(folder, "model_index.json", index);
  await writeJson(weightsFolder(trained, folder), "config.json", config);
  await writeJson(join(folder, "scheduler"), "scheduler_config.json", scheduler);
  if (processor.input === "image" && processor.pixels) {
    await writeJson(folder, "preprocessor_config.json", processor.pixels.config);
  }
}

/** What Python needs to open a text encoder and its tokenizer. */
const copied = /\.(?:json|safetensors|txt)$/;

/** Copies what reads captions; its entries in `model_index.json`. */
async function copyTextEncoder(
  { config, tokenizer }: ModelFolder,
  folder: string,
): Promise<Record<string, unknown>> {
  const parts = { text_encoder: dirname(config), tokenizer: dirname(tokenizer!) };
  for (const [part, from] of Object.entries(parts)) {
    const to = join(folder, part);
    await Deno.mkdir(to, { recursive: true });
    for await (const { name } of Deno.readDir(from)) {
      if (copied.test(name)) await Deno.copyFile(join(from, name), join(to, name));
    }
  }
  return {
    text_encoder: ["transformers", "CLIPTextModel"],
    tokenizer: ["transformers", "CLIPTokenizer"],
  };
}

/** The pipeline of diffusers that runs these parts, or else the class that all of them have in common. */
function pipelineClass(component: string, scheduler: unknown): string {
  const [, name] = /^(DDPM|DDIM)Scheduler$/.exec(String(scheduler)) ?? [];
  return component === "unet" && name ? `${name}Pipeline` : anyPipeline;
}

async function writeJson(folder: string, name: string, content: unknown): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, name), JSON.stringify(content, null, 2) + "\n");
}

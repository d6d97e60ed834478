/**
 * The tasks. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import type { Task } from "../nn/task.ts";
import type { HeadNotes } from "./shared/head_notes.ts";
import type { TaskFlag } from "./shared/task_flag.ts";
import { grpo } from "./grpo.ts";
import { onlineDpo } from "./online_dpo.ts";
import { ppo } from "./ppo.ts";
import { rejectionSampling } from "./rejection_sampling.ts";
import { rloo } from "./rloo.ts";
import {
  grpoFlags,
  onlineDpoFlags,
  ppoFlags,
  rejectionSamplingFlags,
  rlooFlags,
} from "./rollouts/flags.ts";
import { textGeneration } from "./text_generation.ts";
import { chat } from "./chat.ts";
import { chatFlags } from "./chat/flags.ts";
import { chatShapes } from "./chat/options.ts";
import { cpo } from "./cpo.ts";
import { distillation } from "./distillation.ts";
import type { DistillationOptions } from "./distillation/options.ts";
import { gkd, type GkdOptions } from "./gkd.ts";
import { sequenceDistillation, type SequenceDistillationOptions } from "./sequence_distillation.ts";
import { cpoFlags } from "./cpo/flags.ts";
import { dpo } from "./dpo.ts";
import { dpoFlags } from "./dpo/flags.ts";
import { kto } from "./kto.ts";
import { ktoFlags } from "./kto/flags.ts";
import { orpo } from "./orpo.ts";
import { orpoFlags } from "./orpo/flags.ts";
import { preferenceShapes } from "./preference/options.ts";
import { rewardModel } from "./reward_model.ts";
import { rewardModelFlags } from "./reward_model/flags.ts";
import { simpo } from "./simpo.ts";
import { simpoFlags } from "./simpo/flags.ts";
import { imageClassificationFlags } from "./image_classification/flags.ts";
import { openedImageClassification } from "./image_classification/opened.ts";
import { imageGenerationFlags } from "./image_generation/flags.ts";
import { imageSegmentationFlags } from "./image_segmentation/flags.ts";
import { openedImageSegmentation } from "./image_segmentation/opened.ts";
import { objectDetectionFlags } from "./object_detection/flags.ts";
import { questionAnsweringFlags } from "./question_answering/flags.ts";
import { sentenceEmbeddingsFlags } from "./sentence_embeddings/flags.ts";
import { openedTextClassification } from "./text_classification/opened.ts";
import { embeddingColumns } from "./sentence_embeddings/options.ts";
import { textClassificationFlags } from "./text_classification/flags.ts";
import { textGenerationFlags } from "./text_generation/flags.ts";
import { tokenClassificationFlags } from "./token_classification/flags.ts";
import { summarizationFlags, text2textFlags, translationFlags } from "./text2text/flags.ts";
import { imageClassification } from "./image_classification.ts";
import { imageGeneration } from "./image_generation.ts";
import { imageSegmentation } from "./image_segmentation.ts";
import { objectDetection } from "./object_detection.ts";
import { questionAnswering } from "./question_answering.ts";
import { sentenceEmbeddings } from "./sentence_embeddings.ts";
import { summarization } from "./summarization.ts";
import { text2text } from "./text2text.ts";
import { textClassification } from "./text_classification.ts";
import { tokenClassification } from "./token_classification.ts";
import { translation } from "./translation.ts";

// deno-lint-ignore no-explicit-any
type AnyTask = Task<any, any, any>;
type Make = (settings: never) => AnyTask;

/** A task as plan files and the command line know it. */
export interface TaskEntry {
  readonly make: Make;
  /** Its options as flags. */
  readonly flags: readonly TaskFlag[];
  /** The task of a trained model whose files do not say its settings. */
  opened(notes: HeadNotes): AnyTask;
  /**
   * The options that name columns, for each kind of rows. A table whose columns have the names of one
   * kind is read as such where none are named.
   */
  readonly columns: readonly (readonly string[])[];
}

/** The tasks by name. */
export const tasks: Readonly<Record<string, TaskEntry>> = {
  "text-classification": {
    make: textClassification,
    flags: textClassificationFlags,
    opened: openedTextClassification,
    columns: [["text", "label"]],
  },
  "token-classification": {
    make: tokenClassification,
    flags: tokenClassificationFlags,
    opened: () => tokenClassification({ tokens: "tokens", tags: "tags" }),
    columns: [["tokens", "tags"], ["text", "spans"]],
  },
  "question-answering": {
    make: questionAnswering,
    flags: questionAnsweringFlags,
    opened: () => questionAnswering(),
    columns: [["question", "context", "answers"]],
  },
  "sentence-embeddings": {
    make: sentenceEmbeddings as Make,
    flags: sentenceEmbeddingsFlags,
    opened: () => sentenceEmbeddings({ anchor: "text", positive: "positive" }),
    columns: Object.values(embeddingColumns),
  },
  "text-generation": {
    make: textGeneration,
    flags: textGenerationFlags,
    opened: () => textGeneration({ text: "text" }),
    columns: [["text"]],
  },
  "text2text-generation": {
    make: text2text,
    flags: text2textFlags,
    opened: () => text2text({ source: "source", target: "target" }),
    columns: [["source", "target"]],
  },
  "translation": {
    make: translation,
    flags: translationFlags,
    opened: () => translation({ source: "source", target: "target" }),
    columns: [["source", "target"]],
  },
  "summarization": {
    make: summarization,
    flags: summarizationFlags,
    opened: () => summarization({ text: "text", summary: "summary" }),
    columns: [["text", "summary"]],
  },
  "image-classification": {
    make: imageClassification,
    flags: imageClassificationFlags,
    opened: openedImageClassification,
    columns: [["image", "label"]],
  },
  "image-generation": {
    make: imageGeneration,
    flags: imageGenerationFlags,
    opened: ({ outputs }) =>
      imageGeneration({ image: "image", ...(outputs > 0 ? { label: "label" } : {}) }),
    columns: [["image", "label"], ["image"]],
  },
  "image-segmentation": {
    make: imageSegmentation,
    flags: imageSegmentationFlags,
    opened: openedImageSegmentation,
    columns: [["image", "mask"]],
  },
  "object-detection": {
    make: objectDetection,
    flags: objectDetectionFlags,
    opened: () => objectDetection({ image: "image", objects: "objects" }),
    columns: [["image", "objects"]],
  },
  grpo: {
    make: grpo,
    flags: grpoFlags,
    opened: () => textGeneration({ text: "prompt" }),
    columns: [["prompt"]],
  },
  ppo: {
    make: ppo,
    flags: ppoFlags,
    opened: () => textGeneration({ text: "prompt" }),
    columns: [["prompt"]],
  },
  rloo: {
    make: rloo,
    flags: rlooFlags,
    opened: () => textGeneration({ text: "prompt" }),
    columns: [["prompt"]],
  },
  "online-dpo": {
    make: onlineDpo,
    flags: onlineDpoFlags,
    opened: () => textGeneration({ text: "prompt" }),
    columns: [["prompt"]],
  },
  "rejection-sampling": {
    make: rejectionSampling,
    flags: rejectionSamplingFlags,
    opened: () => textGeneration({ text: "prompt" }),
    columns: [["prompt"]],
  },
  // After text generation, which files of others are opened as.
  chat: {
    make: chat,
    flags: chatFlags,
    opened: () => chat({ messages: "messages" }),
    columns: Object.values(chatShapes),
  },
  "reward-model": {
    make: rewardModel,
    flags: rewardModelFlags,
    opened: () => rewardModel({ prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: [["prompt", "chosen", "rejected", "margin"], ...preferenceShapes],
  },
  dpo: {
    make: dpo,
    flags: dpoFlags,
    opened: () => dpo({ prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: preferenceShapes,
  },
  kto: {
    make: kto,
    flags: ktoFlags,
    opened: () => kto({ prompt: "prompt", completion: "completion", label: "label" }),
    columns: [["prompt", "completion", "label"]],
  },
  orpo: {
    make: orpo,
    flags: orpoFlags,
    opened: () => orpo({ prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: preferenceShapes,
  },
  simpo: {
    make: simpo,
    flags: simpoFlags,
    opened: () => simpo({ prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: preferenceShapes,
  },
  cpo: {
    make: cpo,
    flags: cpoFlags,
    opened: () => cpo({ prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: preferenceShapes,
  },
};

/** Makes a task from its name and settings, as a plan file has them. */
export function taskOf(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): ReturnType<Make> {
  if (Object.hasOwn(tasks, name)) return tasks[name].make(settings as never);
  if (Object.hasOwn(taughtTasks, name)) return taughtTaskOf(name, settings);
  const known = [...Object.keys(tasks), ...Object.keys(taughtTasks)];
  throw new TunebookError(
    "input",
    `there is no task "${name}"${didYouMean(name, known)}. Tasks: ${known.join(", ")}`,
  );
}

/** Whether plan files can hold the task: `taskOf` makes it again from its name and settings. */
export function isNamedTask({ name, settings }: Pick<AnyTask, "name" | "settings">): boolean {
  const { task } = settings as { readonly task?: { readonly name: string } };
  return Object.hasOwn(tasks, Object.hasOwn(taughtTasks, name) && task ? task.name : name);
}

/** Tasks around another one. */
const taughtTasks: Readonly<Record<string, (own: AnyTask, options: never) => AnyTask>> = {
  distillation: (own, options: DistillationOptions) => distillation(own, options),
  gkd: (own, options: GkdOptions) => gkd(own, options),
  "sequence-distillation": (own, options: SequenceDistillationOptions) =>
    sequenceDistillation(own, options),
};

/** A task around another one, which its settings have as plan files write it. */
function taughtTaskOf(
  name: string,
  { task, ...options }: Readonly<Record<string, unknown>>,
): AnyTask {
  if (!isRecord(task) || typeof task.name !== "string" || !isRecord(task.settings ?? {})) {
    throw new TunebookError(
      "input",
      `the settings of ${name} name the task, { "task": { "name": "text-classification", "settings": { … } }, ` +
        `"teacher": … }, but task is ${shownValue(task)}`,
    );
  }
  const own = taskOf(task.name, (task.settings ?? {}) as Record<string, unknown>);
  return taughtTasks[name](own, options as never);
}

/** What tells which task a trained model was made for. */
export interface TaskTraces {
  /** `task_type` of a PEFT folder. */
  readonly peftTaskType?: unknown;
  /** The family's head that its class in `architectures` names. */
  readonly head?: string | undefined;
  /** What the family takes; text unless given. */
  readonly input?: "text" | "image";
  /** True where the family is an encoder-decoder, whose language head is that of other tasks. */
  readonly hasDecoder?: boolean;
}

/**
 * The task that files speak of, by the PEFT type or the head that its signature has; undefined where
 * none has. A PEFT type comes before a head.
 */
export function taskOfTraces(
  { peftTaskType, head, input = "text", hasDecoder = false }: TaskTraces,
  notes: HeadNotes,
): AnyTask | undefined {
  const isMeant = ({ head: own, signature }: ReturnType<AnyTask["withLabels"]>) =>
    peftTaskType === undefined || peftTaskType === null
      ? own.name === head && (signature.peftTaskType === "SEQ_2_SEQ_LM") === hasDecoder
      : signature.peftTaskType === peftTaskType;
  return Object.values(tasks).map(({ opened }) => opened(notes))
    .find((task) => (task.input ?? "text") === input && isMeant(task.withLabels([])));
}

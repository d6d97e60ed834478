/**
 * What a program needs to know that has nothing of a model but its folder and transformers.js.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { ReaderKind, ReaderRequest } from "../../nn/reader_contract.ts";
import type { AboutTraining } from "../target.ts";
import type { TrainedModel } from "../trained_model.ts";

/** As JSON it is `settings.json` of the folder. */
export interface PageSettings extends ReaderRequest {
  readonly pipeline: string;
  /** The names of what the head gives. */
  readonly labels: readonly string[];
  /** transformers.js' name of the file's type. */
  readonly dtype: string;
  /** The most tokens of an answer, unless more or fewer are asked for. */
  readonly maxNewTokens: number;
  /** The least score of an object that is shown. */
  readonly threshold: number;
  /** The size that images are brought to; absent where the model's own processor does more than that. */
  readonly imageSize?: { readonly width: number; readonly height: number };
}

/** As a small model writes in seconds. */
const maxNewTokens = 64;
/** What detectors take by default, ours and transformers.js'. */
const threshold = 0.5;

/** Throws an error of kind "unsupported" for a task that transformers.js' pipelines do not know. */
export function checkAsked(target: string, { task }: Pick<AboutTraining, "task">): void {
  if (task.reader?.request) return;
  throw new TunebookError(
    "unsupported",
    `${target}(folder) asks models by the pipelines of transformers.js, which have none for the task ` +
      `${task.task.name}; deploy it with onnx(folder)`,
  );
}

/** The settings of a trained model. */
export function pageSettings(
  { task, processor }: Pick<TrainedModel, "task" | "processor">,
  dtype: string,
): PageSettings {
  const { pipeline, request } = task.reader!;
  const imageSize = processor.input === "image" ? sizeOf(processor.pixels?.config) : undefined;
  return {
    ...request!(processor),
    pipeline,
    labels: task.labels,
    dtype,
    maxNewTokens,
    threshold,
    ...(imageSize ? { imageSize } : {}),
  };
}

/** The size in `preprocessor_config.json`, where images are resized to it and nothing is cut off. */
function sizeOf(config: Readonly<Record<string, unknown>> = {}): PageSettings["imageSize"] {
  const { width, height } = Object(config.size);
  const isWhole = typeof width === "number" && typeof height === "number";
  return isWhole && config.do_resize !== false && !config.do_center_crop
    ? { width, height }
    : undefined;
}

/** What a page says above its form. */
export const titles: Readonly<Record<ReaderKind, string>> = {
  labels: "Which label does a text have?",
  number: "Which number does a text have?",
  tags: "What is named in a text?",
  answer: "Ask a text",
  vectors: "Search by meaning",
  text: "Go on with a text",
  chat: "Chat",
  target: "From a text to a text",
  imageLabels: "Which label does an image have?",
  imageNumber: "Which number does an image have?",
  boxes: "Which objects are in an image?",
  masks: "What does an image show, pixel by pixel?",
};

/**
 * Folders of diffusers' pipelines: which of their parts is the denoiser, and what lies beside it.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { parseJson } from "../core/parse_json.ts";
import { readText } from "../core/read_text.ts";
import { isFile } from "./is_file.ts";

/** What a pipeline consists of. */
export const PIPELINE_FILE = "model_index.json";

/**
 * How noise is added to the images of a denoiser; in the pipeline's folder `scheduler`, or beside the denoiser's
 * other files. Models of other kinds lack it.
 */
export const SCHEDULER_CONFIG_FILE = "scheduler_config.json";
const schedulerFolder = "scheduler";

/** The parts that may be the denoiser; none has both. */
const denoisers = ["unet", "transformer"];

/** What makes hidden states of captions: the folder of the model → the class that is read. */
const textEncoderFolder = "text_encoder";
const textEncoderClass = "CLIPTextModel";
const tokenizerFolder = "tokenizer";

/** Parts that are read, and those that do nothing to an image. */
const readParts = new Set([...denoisers, schedulerFolder, "safety_checker", "feature_extractor"]);
/** What is read where the text encoder is. */
const captionParts = new Set([textEncoderFolder, tokenizerFolder]);
/** The class of what makes latent images; denoisers of these see no pixels. */
const latentPart = "vae";

/** Where a pipeline has what makes hidden states of captions. */
export interface CaptionFolders {
  /** The folder of the text encoder. */
  readonly textEncoder: string;
  /** The folder of its tokenizer. */
  readonly tokenizer: string;
}

/** The folders of the files that are read of a pipeline. */
export interface PipelineParts {
  readonly denoiser: string;
  /** The path of `scheduler_config.json`. */
  readonly scheduler: string;
  /** Absent where it reads no captions. */
  readonly captions?: CaptionFolders;
}

/** A pipeline's folder. */
export interface PipelineFolder {
  /** Path of `model_index.json`. */
  readonly path: string;
  /** Its fields. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Path of `scheduler_config.json`, if there is one. */
  readonly scheduler?: string;
  /** Where what reads captions lies, if the pipeline has it. */
  readonly captions?: CaptionFolders;
}

/**
 * The names of the pipeline's files that are read, without those of the weights.
 *
 * @param path where the text is from, for errors
 * @throws {TunebookError} of kind "weights" for a text that is no pipeline, of kind "unsupported" for a pipeline
 * without a denoiser or with parts that tunebook has not
 */
export function pipelineParts(path: string, text: string): PipelineParts {
  const json = pipelineJson(path, text);
  const parts = partsOf(json);
  const denoiser = denoisers.find((name) => parts.has(name));
  const captions = captionFolders(parts);
  const others = [...parts]
    .filter(([name]) => !readParts.has(name) && !(captions && captionParts.has(name)))
    .map(([name, className]) => `${name} (${className})`);
  if (denoiser !== undefined && others.length === 0) {
    const scheduler = `${schedulerFolder}/${SCHEDULER_CONFIG_FILE}`;
    return { denoiser, scheduler, ...(captions ? { captions } : {}) };
  }
  const kind = String(json._class_name ?? "the pipeline");
  throw new TunebookError(
    "unsupported",
    denoiser === undefined
      ? `${path}: ${kind} has no ${denoisers.join(" and no ")}, so there is no denoiser to train`
      : `${path}: ${kind} also has ${
        others.join(", ")
      }, which tunebook cannot run; it reads pipelines ` +
        `of a denoiser, a scheduler, and a ${textEncoderClass} with its tokenizer. ` +
        (parts.has(latentPart)
          ? `What its denoiser sees are not the pixels of images, but latents that ${latentPart} makes of them`
          : "A denoiser that works on what other parts make cannot be trained without them"),
  );
}

/** The parts of a pipeline with their classes; those that are null are left out. */
function partsOf(json: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(
    Object.entries(json).flatMap(([name, value]) => {
      const isPart = Array.isArray(value) && value.length === 2 && typeof value[1] === "string";
      return isPart ? [[name, value[1] as string]] : [];
    }),
  );
}

function captionFolders(parts: ReadonlyMap<string, string>): CaptionFolders | undefined {
  if (parts.get(textEncoderFolder) !== textEncoderClass || !parts.has(tokenizerFolder)) {
    return undefined;
  }
  return { textEncoder: textEncoderFolder, tokenizer: tokenizerFolder };
}

/** The pipeline that a denoiser's folder belongs to: beside it, or around it; undefined where there is none. */
export async function pipelineAround(folder: string): Promise<PipelineFolder | undefined> {
  for (const root of [folder, ...isDenoiser(folder) ? [dirname(folder)] : []]) {
    const path = join(root, PIPELINE_FILE);
    if (!await isFile(path)) continue;
    const json = pipelineJson(path, await readText(path));
    const captions = captionFolders(partsOf(json));
    const found = {
      path,
      json,
      ...(captions
        ? {
          captions: {
            textEncoder: join(root, captions.textEncoder),
            tokenizer: join(root, captions.tokenizer),
          },
        }
        : {}),
    };
    const places = [
      join(root, schedulerFolder, SCHEDULER_CONFIG_FILE),
      join(root, SCHEDULER_CONFIG_FILE),
    ];
    for (const scheduler of places) {
      if (await isFile(scheduler)) return { ...found, scheduler };
    }
    return found;
  }
}

/** The names of a denoiser's classes, `id2label`, which the pipeline around its `config.json` has. */
export async function labelsAround(
  path: string,
  { _class_name: className }: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  if (className === undefined) return {};
  const { id2label } = (await pipelineAround(dirname(path)))?.json ?? {};
  return isRecord(id2label) ? { id2label } : {};
}

function isDenoiser(folder: string): boolean {
  return denoisers.includes(basename(folder));
}

function pipelineJson(path: string, text: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new TunebookError("weights", `${path} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (isRecord(json)) return json;
  throw new TunebookError("weights", `${path} is not a JSON object`);
}

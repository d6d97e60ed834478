/**
 * Which files of a model folder tunebook reads, and where they lie.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import type { SentenceSource } from "../text/sentence_settings.ts";
import { isFile } from "./is_file.ts";
import {
  DENOISER_INDEX_FILE,
  DENOISER_WEIGHTS_FILE,
  findWeights,
  INDEX_FILE,
  WEIGHTS_FILE,
} from "./open_weights.ts";
import {
  type CaptionFolders,
  PIPELINE_FILE,
  pipelineAround,
  pipelineParts,
  SCHEDULER_CONFIG_FILE,
} from "./pipeline_folder.ts";
import { readSentenceFolder } from "./sentence_folder.ts";
import { isGraphFile } from "./graph/graph_file.ts";
import type { GraphOptions } from "./graph/graph_options.ts";
import { parseShardIndex } from "./shard_index.ts";

/** The file that names the family and its sizes. */
export const CONFIG_FILE = "config.json";

/** The tokenizer of the tokenizers library. */
export const TOKENIZER_FILE = "tokenizer.json";

/** Special tokens, lengths and the chat template; some folders lack it. */
export const TOKENIZER_CONFIG_FILE = "tokenizer_config.json";

/** The chat template of folders that newer versions of transformers wrote. */
export const CHAT_TEMPLATE_FILE = "chat_template.jinja";

/** How the model writes texts unless told otherwise; most folders of language models have it. */
export const GENERATION_CONFIG_FILE = "generation_config.json";

/** How images become the pixels of an image model; models of other inputs lack it. */
export const PREPROCESSOR_CONFIG_FILE = "preprocessor_config.json";

/** A model on this machine. */
export interface ModelFolder {
  /** The reference that it was asked for by. */
  readonly reference: string;
  /** The folder of its files. */
  readonly folder: string;
  /** Path of `config.json`, of a GGUF file, which is all four files in one, or of a graph. */
  readonly config: string;
  /** Path of the weights, as `openWeights` takes it. */
  readonly weights: string;
  /** Path of `tokenizer.json` or the GGUF file, if there is one. */
  readonly tokenizer?: string;
  /** Path of `tokenizer_config.json` or the GGUF file, if there is one. */
  readonly tokenizerConfig?: string;
  /** Path of `chat_template.jinja`, if there is one. */
  readonly chatTemplate?: string;
  /** Path of `generation_config.json`, if there is one. */
  readonly generationConfig?: string;
  /** Path of `preprocessor_config.json`, if there is one. */
  readonly preprocessorConfig?: string;
  /** Path of `scheduler_config.json`, if there is one. */
  readonly schedulerConfig?: string;
  /** What the reference says of a graph. */
  readonly graph?: GraphOptions | undefined;
  /** Path of `model_index.json`, if it is a denoiser in a pipeline of diffusers. */
  readonly pipeline?: string;
  /** The text encoder of the pipeline, which makes hidden states of captions, with its tokenizer. */
  readonly textEncoder?: ModelFolder;
  /** How vectors of texts are made, if it is a folder of sentence-transformers. */
  readonly sentence?: SentenceSource;
}

/**
 * Finds the files of a model in `folder`, or else in the one subfolder that has them, which in a folder
 * of sentence-transformers is the one that `modules.json` names, and in a pipeline of diffusers the
 * denoiser's. Throws an error of kind `weights` that says what was looked for.
 */
export async function findModelFiles(
  reference: string,
  folder: string,
  weightsPath?: string,
): Promise<ModelFolder> {
  if (weightsPath !== undefined && isGguf(weightsPath)) {
    return {
      reference,
      folder,
      config: weightsPath,
      weights: weightsPath,
      tokenizer: weightsPath,
      tokenizerConfig: weightsPath,
    };
  }
  if (weightsPath !== undefined && isGraphFile(weightsPath)) {
    return { reference, folder, config: weightsPath, weights: weightsPath };
  }
  const sentence = await readSentenceFolder(folder);
  const own = join(folder, sentence?.transformer ?? await denoiserIn(folder));
  const home = await isFile(join(own, CONFIG_FILE)) ? own : await subfolder(reference, folder);
  const weights = weightsPath ?? await findWeights(home);
  const pipeline = await pipelineAround(home);
  return {
    reference,
    folder: home,
    config: join(home, CONFIG_FILE),
    weights,
    tokenizer: await ifFile(join(home, TOKENIZER_FILE)),
    tokenizerConfig: await ifFile(join(home, TOKENIZER_CONFIG_FILE)),
    chatTemplate: await ifFile(join(home, CHAT_TEMPLATE_FILE)),
    generationConfig: await ifFile(join(home, GENERATION_CONFIG_FILE)),
    preprocessorConfig: await ifFile(join(home, PREPROCESSOR_CONFIG_FILE)) ??
      (pipeline && await ifFile(join(dirname(pipeline.path), PREPROCESSOR_CONFIG_FILE))),
    schedulerConfig: pipeline?.scheduler ?? await ifFile(join(home, SCHEDULER_CONFIG_FILE)),
    ...(pipeline ? { pipeline: pipeline.path } : {}),
    ...(pipeline?.captions
      ? { textEncoder: await textEncoderFiles(reference, pipeline.captions) }
      : {}),
    ...(sentence ? { sentence: sentence.source } : {}),
  };
}

/** The files of a pipeline's text encoder; its tokenizer lies in a folder of its own. */
async function textEncoderFiles(
  reference: string,
  { textEncoder, tokenizer }: CaptionFolders,
): Promise<ModelFolder> {
  const files = await findModelFiles(reference, textEncoder);
  return {
    ...files,
    tokenizer: await ifFile(join(tokenizer, TOKENIZER_FILE)),
    tokenizerConfig: await ifFile(join(tokenizer, TOKENIZER_CONFIG_FILE)),
  };
}

/** The denoiser's folder in a pipeline, "" where it is no pipeline or where all files lie in one folder. */
async function denoiserIn(folder: string): Promise<string> {
  const path = join(folder, PIPELINE_FILE);
  if (!await isFile(path)) return "";
  const { denoiser } = pipelineParts(path, await Deno.readTextFile(path));
  return await isFile(join(folder, denoiser, CONFIG_FILE)) ? denoiser : "";
}

async function subfolder(reference: string, folder: string): Promise<string> {
  const found: string[] = [];
  const gguf: string[] = [];
  for await (const { name, isFile: plainFile } of Deno.readDir(folder)) {
    if (isGguf(name)) gguf.push(name);
    if (!plainFile && await isFile(join(folder, name, CONFIG_FILE))) {
      found.push(name);
    }
  }
  if (found.length === 1) return join(folder, found[0]);
  throw new TunebookError(
    "weights",
    found.length === 0
      ? `${reference}: no ${CONFIG_FILE} in ${folder} nor in a folder of it. A model folder has ` +
        `${CONFIG_FILE}, ${WEIGHTS_FILE} (or another .safetensors file) and ${TOKENIZER_FILE}.` +
        (gguf.length > 0
          ? ` It holds ${gguf.sort().join(", ")}; name one: ${reference}/${gguf[0]}`
          : "")
      : `${reference}: ${folder} holds several models, in ${found.sort().join(", ")}. ` +
        `Name one: ${reference}/${found[0]}`,
  );
}

/**
 * What a model folder lacks before it can be used; empty when it is whole. The weights are
 * `weightsFile` if given, else the standard file or its shards; a GGUF file is all that is needed, and so is a graph.
 */
export async function missingFiles(folder: string, weightsFile?: string): Promise<string[]> {
  const lacks = async (name: string) => !await isFile(join(folder, name));
  const needsConfig = weightsFile === undefined ||
    !isGguf(weightsFile) && !isGraphFile(weightsFile);
  const denoiser = needsConfig ? await denoiserIn(folder) : "";
  if (denoiser !== "") {
    const missing = await missingFiles(join(folder, denoiser), weightsFile);
    return [
      ...missing.map((name) =>
        `${denoiser}/${name === WEIGHTS_FILE ? DENOISER_WEIGHTS_FILE : name}`
      ),
      ...await missingCaptionFiles(folder),
    ];
  }
  const missing = needsConfig && await lacks(CONFIG_FILE) ? [CONFIG_FILE] : [];
  if (weightsFile) return await lacks(weightsFile) ? [...missing, weightsFile] : missing;
  for (const [whole, index] of weightsNames) {
    if (!await lacks(whole)) return missing;
    if (await lacks(index)) continue;
    const path = join(folder, index);
    for (const shard of parseShardIndex(path, await Deno.readTextFile(path)).shards) {
      if (await lacks(shard)) missing.push(shard);
    }
    return missing;
  }
  return [...missing, WEIGHTS_FILE];
}

/** The same of what reads a pipeline's captions. */
async function missingCaptionFiles(folder: string): Promise<string[]> {
  const path = join(folder, PIPELINE_FILE);
  const { captions } = pipelineParts(path, await Deno.readTextFile(path));
  if (!captions) return [];
  const { textEncoder, tokenizer } = captions;
  const encoder = await missingFiles(join(folder, textEncoder));
  const file = `${tokenizer}/${TOKENIZER_FILE}`;
  return [
    ...encoder.map((name) => `${textEncoder}/${name}`),
    ...await isFile(join(folder, file)) ? [] : [file],
  ];
}

/** The names of weights in one file, and of the index of several, the usual ones first. */
export const weightsNames: readonly (readonly [file: string, index: string])[] = [
  [WEIGHTS_FILE, INDEX_FILE],
  [DENOISER_WEIGHTS_FILE, DENOISER_INDEX_FILE],
];

async function ifFile(path: string): Promise<string | undefined> {
  return await isFile(path) ? path : undefined;
}

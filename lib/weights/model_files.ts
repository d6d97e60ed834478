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
  PIPELINE_FILE,
  pipelineAround,
  pipelineParts,
  SCHEDULER_CONFIG_FILE,
} from "./pipeline_folder.ts";
import { MODULES_FILE, readSentenceFolder, sentenceFiles } from "./sentence_folder.ts";
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
    ...(sentence ? { sentence: sentence.source } : {}),
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
    return missing.map((name) =>
      `${denoiser}/${name === WEIGHTS_FILE ? DENOISER_WEIGHTS_FILE : name}`
    );
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

/** The names of weights in one file, and of the index of several, the usual ones first. */
const weightsNames = [
  [WEIGHTS_FILE, INDEX_FILE],
  [DENOISER_WEIGHTS_FILE, DENOISER_INDEX_FILE],
] as const;

/** Fetches a file; the local path, or undefined when the source lacks it. */
type FetchFile = (name: string) => Promise<string | undefined>;

/**
 * Fetches every file of a model with `fetchFile`, which returns the local path, or undefined when
 * the source lacks the file. The weights are `weightsFile` if given, else the standard file or its
 * shards; a GGUF file is all that is fetched, of a graph what lies beside it, of a pipeline of diffusers its
 * denoiser and how that is asked.
 */
export async function fetchModelFiles(
  source: string,
  fetchFile: FetchFile,
  weightsFile?: string,
): Promise<void> {
  const required = requiredFrom(source, fetchFile);
  if (weightsFile !== undefined && isGguf(weightsFile)) return void await required(weightsFile);
  if (weightsFile !== undefined && isGraphFile(weightsFile)) {
    await required(weightsFile);
    await fetchFile(`${weightsFile}_data`);
    return void await fetchFile(PREPROCESSOR_CONFIG_FILE);
  }
  if (await fetchFile(CONFIG_FILE) === undefined) return await fetchPipeline(source, fetchFile);
  await fetchFile(TOKENIZER_FILE);
  await fetchFile(TOKENIZER_CONFIG_FILE);
  await fetchFile(CHAT_TEMPLATE_FILE);
  await fetchFile(GENERATION_CONFIG_FILE);
  await fetchFile(PREPROCESSOR_CONFIG_FILE);
  await fetchFile(SCHEDULER_CONFIG_FILE);
  const modules = await fetchFile(MODULES_FILE);
  if (modules !== undefined) {
    const names = sentenceFiles(`${source}/${MODULES_FILE}`, await Deno.readTextFile(modules));
    for (const name of names) await fetchFile(name);
  }
  if (weightsFile) return void await required(weightsFile);
  if (await fetchWeights(source, fetchFile) !== DENOISER_WEIGHTS_FILE) return;
  // A pipeline's files may all lie in one folder.
  await fetchFile(PIPELINE_FILE);
}

/** Of a repository without `config.json`. */
async function fetchPipeline(source: string, fetchFile: FetchFile): Promise<void> {
  const pipeline = await fetchFile(PIPELINE_FILE);
  if (pipeline === undefined) {
    throw new TunebookError(
      "download",
      `${source} has no ${CONFIG_FILE}; is it a model? A GGUF file in it is named with its path`,
    );
  }
  const path = `${source}/${PIPELINE_FILE}`;
  const { denoiser, scheduler } = pipelineParts(path, await Deno.readTextFile(pipeline));
  await requiredFrom(source, fetchFile)(`${denoiser}/${CONFIG_FILE}`);
  await fetchFile(scheduler);
  await fetchFile(PREPROCESSOR_CONFIG_FILE);
  await fetchWeights(source, fetchFile, `${denoiser}/`);
}

/** Fetches the standard file of weights, or its shards; the name of the file that they would be in one piece. */
async function fetchWeights(source: string, fetchFile: FetchFile, under = ""): Promise<string> {
  for (const [whole, index] of under === "" ? weightsNames : weightsNames.toReversed()) {
    if (await fetchFile(under + whole) !== undefined) return whole;
    const path = await fetchFile(under + index);
    if (path === undefined) continue;
    const { shards } = parseShardIndex(`${source}/${under}${index}`, await Deno.readTextFile(path));
    const required = requiredFrom(source, fetchFile);
    for (const shard of shards) {
      await required(under + shard, `, which its ${under}${index} names`);
    }
    return whole;
  }
  const [[whole, index]] = under === "" ? weightsNames : weightsNames.toReversed();
  throw new TunebookError(
    "download",
    `${source} has no ${under}${index} and no ${under}${whole}. Only safetensors weights are read; look ` +
      "for a revision or a copy of the model that has them.",
  );
}

/** Fetches a file that must be there. */
function requiredFrom(source: string, fetchFile: FetchFile) {
  return async (name: string, hint = "") => {
    const path = await fetchFile(name);
    if (path !== undefined) return path;
    throw new TunebookError("download", `${source} has no ${name}${hint}`);
  };
}

async function ifFile(path: string): Promise<string | undefined> {
  return await isFile(path) ? path : undefined;
}

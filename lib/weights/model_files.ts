/**
 * Which files of a model folder tunebook reads, and where they lie.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { missingPermission } from "../core/permissions.ts";
import type { SentenceSource } from "../text/sentence_settings.ts";
import { findWeights, INDEX_FILE, WEIGHTS_FILE } from "./open_weights.ts";
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

/** How noise is added to the images of a denoiser; models of other kinds lack it. */
export const SCHEDULER_CONFIG_FILE = "scheduler_config.json";

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
  /** How vectors of texts are made, if it is a folder of sentence-transformers. */
  readonly sentence?: SentenceSource;
}

/**
 * Finds the files of a model in `folder`, or else in the one subfolder that has them, which in a folder
 * of sentence-transformers is the one that `modules.json` names. Throws an
 * error of kind `weights` that says what was looked for.
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
  const own = join(folder, sentence?.transformer ?? "");
  const home = await isFile(join(own, CONFIG_FILE)) ? own : await subfolder(reference, folder);
  const weights = weightsPath ?? await findWeights(home);
  return {
    reference,
    folder: home,
    config: join(home, CONFIG_FILE),
    weights,
    tokenizer: await ifFile(join(home, TOKENIZER_FILE)),
    tokenizerConfig: await ifFile(join(home, TOKENIZER_CONFIG_FILE)),
    chatTemplate: await ifFile(join(home, CHAT_TEMPLATE_FILE)),
    generationConfig: await ifFile(join(home, GENERATION_CONFIG_FILE)),
    preprocessorConfig: await ifFile(join(home, PREPROCESSOR_CONFIG_FILE)),
    schedulerConfig: await ifFile(join(home, SCHEDULER_CONFIG_FILE)),
    ...(sentence ? { sentence: sentence.source } : {}),
  };
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
  const missing = needsConfig && await lacks(CONFIG_FILE) ? [CONFIG_FILE] : [];
  if (!await lacks(weightsFile ?? WEIGHTS_FILE)) return missing;
  if (weightsFile || await lacks(INDEX_FILE)) {
    return [...missing, weightsFile ?? WEIGHTS_FILE];
  }
  const index = join(folder, INDEX_FILE);
  for (const shard of parseShardIndex(index, await Deno.readTextFile(index)).shards) {
    if (await lacks(shard)) missing.push(shard);
  }
  return missing;
}

/**
 * Fetches every file of a model with `fetchFile`, which returns the local path, or undefined when
 * the source lacks the file. The weights are `weightsFile` if given, else the standard file or its
 * shards; a GGUF file is all that is fetched, and of a graph what lies beside it.
 */
export async function fetchModelFiles(
  source: string,
  fetchFile: (name: string) => Promise<string | undefined>,
  weightsFile?: string,
): Promise<void> {
  const required = async (name: string, hint = "") => {
    const path = await fetchFile(name);
    if (path !== undefined) return path;
    throw new TunebookError("download", `${source} has no ${name}${hint}`);
  };
  if (weightsFile !== undefined && isGguf(weightsFile)) return void await required(weightsFile);
  if (weightsFile !== undefined && isGraphFile(weightsFile)) {
    await required(weightsFile);
    await fetchFile(`${weightsFile}_data`);
    return void await fetchFile(PREPROCESSOR_CONFIG_FILE);
  }
  await required(CONFIG_FILE, "; is it a model? A GGUF file in it is named with its path");
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
  if (await fetchFile(WEIGHTS_FILE) !== undefined) return;
  const index = await required(
    INDEX_FILE,
    ` and no ${WEIGHTS_FILE}. Only safetensors weights are read; look for a revision or a copy ` +
      `of the model that has them.`,
  );
  const { shards } = parseShardIndex(`${source}/${INDEX_FILE}`, await Deno.readTextFile(index));
  for (const shard of shards) {
    await required(shard, `, which its ${INDEX_FILE} names`);
  }
}

async function ifFile(path: string): Promise<string | undefined> {
  return await isFile(path) ? path : undefined;
}

/** Whether there is a file at `path`, through links. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    const denied = missingPermission(error);
    if (denied) throw denied;
    return false;
  }
}

/**
 * Which files of a model are fetched from a hub or an address.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { isGraphFile } from "./graph/graph_file.ts";
import {
  CHAT_TEMPLATE_FILE,
  CONFIG_FILE,
  GENERATION_CONFIG_FILE,
  PREPROCESSOR_CONFIG_FILE,
  TOKENIZER_CONFIG_FILE,
  TOKENIZER_FILE,
  weightsNames,
} from "./model_files.ts";
import { DENOISER_WEIGHTS_FILE } from "./open_weights.ts";
import { PIPELINE_FILE, pipelineParts, SCHEDULER_CONFIG_FILE } from "./pipeline_folder.ts";
import { MODULES_FILE, SENTENCE_CONFIG_FILES, sentenceFiles } from "./sentence_folder.ts";
import { parseShardIndex } from "./shard_index.ts";

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
    for (const name of SENTENCE_CONFIG_FILES) if (await fetchFile(name) !== undefined) break;
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
  const { denoiser, scheduler, captions } = pipelineParts(path, await Deno.readTextFile(pipeline));
  const required = requiredFrom(source, fetchFile);
  await required(`${denoiser}/${CONFIG_FILE}`);
  await fetchFile(scheduler);
  await fetchFile(PREPROCESSOR_CONFIG_FILE);
  if (captions) {
    const { textEncoder, tokenizer } = captions;
    await required(`${textEncoder}/${CONFIG_FILE}`);
    await required(`${tokenizer}/${TOKENIZER_FILE}`);
    await fetchFile(`${tokenizer}/${TOKENIZER_CONFIG_FILE}`);
    await fetchWeights(source, fetchFile, `${textEncoder}/`, weightsNames);
  }
  await fetchWeights(source, fetchFile, `${denoiser}/`);
}

/** Fetches the standard file of weights, or its shards; the name of the file that they would be in one piece. */
async function fetchWeights(
  source: string,
  fetchFile: FetchFile,
  under = "",
  names: readonly (readonly [string, string])[] = under === ""
    ? weightsNames
    : weightsNames.toReversed(),
): Promise<string> {
  for (const [whole, index] of names) {
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
  const [[whole, index]] = names;
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

/**
 * How sentence-transformers makes vectors.
 *
 * @module
 */
import { join } from "node:path";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import { readSentenceFolder, SENTENCE_CONFIG_FILE } from "../../weights/sentence_folder.ts";
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** Pooling, length 1, limit and case of `modules.json` and the files that it leads to. */
export const checkSentenceModules: FolderCheck = async ({ folder }, { trained }) => {
  const wanted = trained.trainable.objective.sentence;
  if (!wanted) return [];
  const found = await readSentenceFolder(folder);
  if (!found) return ["modules.json is missing: Python would pool the mean of all tokens"];
  const { pooling, normalize, maxTokens, obstacle } = found.source;
  const wrong: string[] = [];
  const compare = (what: string, own: unknown, trainedWith: unknown) => {
    if (own === trainedWith) return;
    wrong.push(`${what} is ${asJson(own)}, but the training took ${asJson(trainedWith)}`);
  };
  if (obstacle !== undefined) wrong.push(`modules.json: ${obstacle}`);
  compare("1_Pooling/config.json: the pooling", pooling, wanted.pooling);
  compare("modules.json: a Normalize module", normalize, wanted.normalize);
  compare(`${SENTENCE_CONFIG_FILE}: max_seq_length`, maxTokens, trained.maxTokens);
  const limits = await readJsonObject(join(folder, SENTENCE_CONFIG_FILE));
  compare(`${SENTENCE_CONFIG_FILE}: do_lower_case`, limits.do_lower_case ?? false, false);
  return wrong;
};

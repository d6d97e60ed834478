/**
 * An output matrix that is the table of tokens, or is not.
 *
 * @module
 */
import { openWeights } from "../../weights/open_weights.ts";
import type { FolderCheck } from "./folder_facts.ts";

const outputMatrix = /(?:^|\.)(?:lm_head|embed_out|predictions\.decoder)\.weight$/;
const tokenTable = /(?:^|\.)(?:wte|embed_tokens|word_embeddings)\.weight$/;

/**
 * A file whose output matrix is not the table of tokens says `tie_word_embeddings: false`: readers may
 * put the table in its place otherwise.
 */
export const checkTiedWeights: FolderCheck = async ({ folder, config }) => {
  if (config.tie_word_embeddings === false) return [];
  using weights = await openWeights(folder);
  const names = [...weights.tensors.keys()];
  const output = names.find((name) => outputMatrix.test(name));
  const table = names.find((name) => tokenTable.test(name));
  if (output === undefined || table === undefined) return [];
  const { bytes: own } = await weights.read(output);
  const { bytes: tied } = await weights.read(table);
  return own.length === tied.length && own.every((byte, at) => byte === tied[at]) ? [] : [
    `config.json: tie_word_embeddings is not false, but ${output} differs from ${table}: a reader may ` +
    "leave it out",
  ];
};

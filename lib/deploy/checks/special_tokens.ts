/**
 * The tokens that stand for no text.
 *
 * @module
 */
import { asJson, type FolderCheck } from "./folder_facts.ts";
import { tokenId, tokenText } from "./token_ids.ts";

/** The special tokens that `tokenizer_config.json` names have the ids that training took for them. */
export const checkSpecialTokens: FolderCheck = (facts, { trained: { processor } }) => {
  if (processor.input !== "text") return [];
  const { clsId, sepId, maskId, unknownId } = processor.tokenizer;
  const wanted = { cls_token: clsId, sep_token: sepId, mask_token: maskId, unk_token: unknownId };
  return Object.entries(wanted).flatMap(([field, id]) => {
    const text = tokenText(facts.tokenizerConfig[field]);
    if (text === undefined || id === undefined) return [];
    const found = tokenId(facts, text);
    return found === id ? [] : [
      `tokenizer_config.json: ${field} is ${asJson(text)}, with the id ${asJson(found)}, but the ` +
      `training's has the id ${id}`,
    ];
  });
};

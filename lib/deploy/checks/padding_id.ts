/**
 * The token that fills short rows.
 *
 * @module
 */
import { asJson, type FolderCheck } from "./folder_facts.ts";
import { tokenId, tokenText } from "./token_ids.ts";

/**
 * `pad_token` is the token that training padded with, and `pad_token_id` its id: models that read the
 * last token look for the last one that is another.
 */
export const checkPaddingId: FolderCheck = (facts, { trained }) => {
  const { processor, trainable: { model: { family } } } = trained;
  if (processor.input !== "text") return [];
  const { config, tokenizerConfig } = facts;
  const wanted = processor.padId;
  const wrong: string[] = [];
  const text = tokenText(tokenizerConfig.pad_token);
  const id = text === undefined ? undefined : tokenId(facts, text);
  if (id !== wanted) {
    wrong.push(
      `tokenizer_config.json: pad_token is ${asJson(text)}, with the id ${asJson(id)}, but the ` +
        `training padded with ${wanted}`,
    );
  }
  const { pad_token_id: own } = config;
  const isRead = family.stack?.pooling === "last";
  if (isRead || (own !== undefined && own !== null)) {
    if (own !== wanted) {
      wrong.push(
        `config.json: pad_token_id is ${asJson(own)}, but the training padded with ${wanted}`,
      );
    }
  }
  return wrong;
};

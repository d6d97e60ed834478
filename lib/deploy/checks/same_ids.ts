/**
 * What the folder's own tokenizer makes of texts.
 *
 * @module
 */
import { join } from "node:path";
import { continuesTexts } from "../../nn/model.ts";
import type { Processor } from "../../nn/processor.ts";
import { pickRows } from "../../table/source_rows.ts";
import { openEnded } from "../../text/around_text.ts";
import { loadTokenizer, type Tokenizer } from "../../text/tokenizer.ts";
import { asJson, type CheckContext, type FolderCheck } from "./folder_facts.ts";

/** Held-out rows that are encoded. */
const mostRows = 64;
/** Ids that a message shows. */
const mostIds = 12;

/**
 * The folder's tokenizer gives held-out rows the ids and segments of the training, special tokens and
 * truncation included.
 */
export const checkSameIds: FolderCheck = async ({ folder, config }, context) => {
  const { processor, trainable: { model } } = context.trained;
  if (processor.input !== "text") return [];
  const tokenizer = await loadTokenizer({
    tokenizer: join(folder, "tokenizer.json"),
    tokenizerConfig: join(folder, "tokenizer_config.json"),
    modelType: model.family.modelType,
    config,
  });
  return await otherIds(tokenizer, "tokenizer.json", context);
};

/** What a written tokenizer, which stands in `file`, makes otherwise of held-out rows than the training. */
export async function otherIds(
  tokenizer: Tokenizer,
  file: string,
  { trained, table }: CheckContext,
): Promise<string[]> {
  const { processor, task, trainable: { model } } = trained;
  if (processor.input !== "text") return [];
  // A prompt is closed by nothing, whatever closed the texts of the training.
  const asRead = (own: Tokenizer) => continuesTexts(model) ? openEnded(own) : own;
  const count = Math.min(mostRows, table.numRows());
  const rows = pickRows(table, Array.from({ length: count }, (_, row) => row));
  const sequencesOf = async (own: Processor) => {
    const { lengths, feedsOf } = await task.examples(rows, own, { where: "the held-out rows" });
    return await Promise.all(Array.from(lengths, (_, at) => feedsOf([at])));
  };
  const wanted = await sequencesOf({ ...processor, tokenizer: asRead(processor.tokenizer) });
  const found = await sequencesOf({ ...processor, tokenizer: asRead(tokenizer) });
  if (found.length !== wanted.length) {
    return [
      `${file} makes ${found.length} sequences of held-out rows, where the training makes ` +
      wanted.length,
    ];
  }
  for (const [at, feeds] of wanted.entries()) {
    for (const [name, { data }] of Object.entries(feeds)) {
      const [own, theirs] = [data, found[at][name].data].map((ids) => Array.from(ids).join(" "));
      if (own === theirs) continue;
      const shown = (ids: string) => asJson(ids.split(" ").slice(0, mostIds).join(" "));
      return [
        `${file} makes other ${name} of a held-out row than the training: ` +
        `${shown(theirs)}, not ${shown(own)}`,
      ];
    }
  }
  return [];
}

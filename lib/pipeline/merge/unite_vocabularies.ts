/**
 * Gives the models of a merge one vocabulary.
 *
 * @module
 */
import { join } from "node:path";
import { unitedModels } from "../../combine/merge/united_vocabulary.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { textConfig } from "../../nn/model.ts";
import { loadTokenizer } from "../../text/tokenizer.ts";
import type { TokenizerFiles } from "../../text/tokenizer_files.ts";
import {
  readTokenizerTokens,
  type TokenizerTokens,
  unitedTokenizer,
} from "../../text/united_tokenizer.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import type { MergeSource, MergeSources } from "./open_for_merge.ts";
import { baseName, type VocabularyOptions } from "./vocabulary_options.ts";

type Named = Readonly<Record<string, Pick<MergeSource, "opened" | "model">>>;

/** Writes the tokenizer into a folder, which must stay until the merge is written. */
export async function uniteVocabularies(
  { sources, base }: MergeSources,
  { of, from = {}, force = [] }: VocabularyOptions,
  folder: string,
): Promise<MergeSources> {
  const all: Named = { ...(base ? { [baseName]: base } : {}), ...sources };
  const tokens = await tokensOf(all);
  const names = Object.keys(all);
  const owner = of === "union" ? names[0] : of;
  const others = names.filter((name) => name !== owner).map((name) => tokens[name]);
  const united = of === "union" ? unitedTokenizer(tokens[owner], others) : tokens[owner];
  const { opened } = all[owner];
  const fields = Object.entries(opened.json).filter(([name]) => name.endsWith("_token_id"));
  const models = unitedModels(
    Object.fromEntries(
      names.map((name) => [name, { model: all[name].model, ids: tokens[name].ids }]),
    ),
    {
      ids: united.ids,
      from,
      force,
      preferred: base ? baseName : undefined,
      padId: textConfig(opened).padId,
      fields: Object.fromEntries(fields),
    },
  );
  const tokenizer = join(folder, "tokenizer.json");
  await Deno.writeTextFile(tokenizer, JSON.stringify(united.json));
  const { tokenizer: _, ...files } = opened.files;
  const read = async (name: string): Promise<OpenedModel> => {
    const { opened: own } = all[name];
    const { config, json } = models[name];
    const made = { ...own, config, json, files: { ...files, tokenizer } };
    return { ...made, tokenizer: await loadTokenizer(tokenizerFiles(made)) };
  };
  const uniteds = Object.keys(sources).map(async (name) => {
    const source = sources[name];
    const trained = { ...source.trained, model: models[name] };
    return [name, { ...source, opened: await read(name), model: models[name], trained }] as const;
  });
  return {
    sources: Object.fromEntries(await Promise.all(uniteds)),
    base: base && { ...base, opened: await read(baseName), model: models[baseName] },
  };
}

/** Refuses models that have other tokens, or the same in another order. */
export async function checkSameTokens(of: MergeSources): Promise<void> {
  const all = { ...(of.base ? { [baseName]: of.base } : {}), ...of.sources };
  if (Object.values(all).some(({ opened }) => opened.tokenizer === undefined)) return;
  const files = Object.values(all).map(({ opened }) => opened.files.tokenizer);
  if (new Set(files).size === 1) return;
  const tokens = await tokensOf(all);
  const [[firstName, first], ...others] = Object.entries(tokens);
  const wrong = others.flatMap(([name, { ids }]) => {
    const unlike = [...ids].find(([token, id]) => first.ids.get(token) !== id) ??
      [...first.ids].find(([token]) => !ids.has(token));
    return unlike
      ? [`${name} has other tokens than ${firstName}: ${JSON.stringify(unlike[0])}`]
      : [];
  });
  if (wrong.length === 0) return;
  throw mistakes("input", "these models cannot be merged:", [
    ...wrong,
    'vocabulary: { of: "union" } makes one vocabulary of all',
  ]);
}

async function tokensOf(
  all: Readonly<Record<string, { readonly opened: OpenedModel }>>,
): Promise<Record<string, TokenizerTokens>> {
  const found: Record<string, TokenizerTokens> = {};
  for (const [name, { opened }] of Object.entries(all)) {
    found[name] = await readTokenizerTokens(tokenizerFiles(opened), textConfig(opened).vocabSize);
  }
  return found;
}

function tokenizerFiles({ files, family, json }: OpenedModel): TokenizerFiles {
  if (!files.tokenizer) {
    throw new TunebookError("unsupported", `${family.modelType} models take no text`);
  }
  return {
    tokenizer: files.tokenizer,
    modelType: family.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
    ...(files.chatTemplate ? { chatTemplate: files.chatTemplate } : {}),
  };
}

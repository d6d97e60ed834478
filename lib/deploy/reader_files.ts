/**
 * What transformers.js needs to read a folder as it was trained.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import type { PairLayout } from "../engine/mod.ts";
import { graph } from "../models/graph.ts";
import { families } from "../models/mod.ts";
import type { ClosingTokens } from "../nn/closing_tokens.ts";
import { continuesTexts, type Model, modelHead } from "../nn/model.ts";
import type { TextProcessor } from "../nn/processor.ts";
import { openEnded } from "../text/around_text.ts";
import { withPairTemplate } from "../text/template.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { readJsonObject } from "../text/tokenizer_files.ts";
import type { TrainedModel } from "./trained_model.ts";

/**
 * A family whose models transformers.js feeds with ids and mask and asks for whatever the graph gives:
 * it decides by `model_type`, knows decoders with a cache for the next token only, and no classifier of
 * them.
 */
const plainFamily = { modelType: "distilbert", classPrefix: "DistilBert" };

/** The tokenizer as texts were read: with heads of the last token, padding closes no text. */
export function trainedTokenizer(
  { tokenizer, poolsLast = false, padId }: TextProcessor,
  model: Pick<Model, "family" | "headRequest">,
): Tokenizer {
  // What is written goes on with a text that nothing closes.
  if (continuesTexts(model)) return openEnded(tokenizer);
  const readsLast = poolsLast && model.headRequest.name === "classification";
  return readsLast ? tokenizer.withoutClosing(padId) : tokenizer;
}

/** What stands at the end of the longest text; undefined where nothing does, or texts are pairs. */
export function closingOf(
  model: Pick<Model, "family" | "headRequest">,
  { task, processor, maxTokens }: Pick<TrainedModel, "task" | "processor" | "maxTokens">,
): ClosingTokens | undefined {
  if (processor.input !== "text" || task.reader?.pairs) return undefined;
  const { ids, firstStart } = trainedTokenizer(processor, model).join([]);
  const closing = Array.from(ids.subarray(firstStart));
  return closing.length === 0 ? undefined : { maxTokens, ids: closing };
}

/** How the graph cuts pairs that are too long; undefined where inputs are no pairs. */
export function pairLayoutOf(
  model: Pick<Model, "family" | "headRequest">,
  { task, processor, maxTokens }: Pick<TrainedModel, "task" | "processor" | "maxTokens">,
): PairLayout | undefined {
  if (processor.input !== "text" || !task.reader?.pairs) return undefined;
  const { ids, types, firstStart, secondStart } = trainedTokenizer(processor, model).join([], []);
  const layout = {
    maxTokens,
    before: firstStart,
    between: secondStart! - firstStart,
    after: ids.length - secondStart!,
    separator: ids[firstStart],
  };
  if (layout.between === 0) return undefined;
  return model.family.usesTypes
    ? { ...layout, inSecond: types.reduce((sum, type) => sum + type, 0) }
    : layout;
}

/** The same of an image model that transformers.js has no class for, such as a graph. */
const plainImageFamily = { modelType: "resnet", classPrefix: "ResNet" };
/** The same where the head gives masks. */
const plainMaskFamily = { modelType: "segformer", classPrefix: "Segformer" };
/** The same where a map's cells say boxes, which the graph gives in the form of queries. */
const plainBoxFamily = { modelType: "yolos", classPrefix: "Yolos" };
/** Image processors of transformers.js that make masks or boxes of logits, by the head; they prepare images as all do. */
const answeringProcessors: Readonly<Record<string, string>> = {
  masks: "SegformerImageProcessor",
  boxes: "YolosImageProcessor",
};

/** The family that `config.json` names where transformers.js knows no such model, or no such head of it. */
export function readerType(model: Model): Record<string, unknown> {
  const plain = plainFamilyOf(model);
  if (!plain) return {};
  const head = modelHead(model).className.match(/(?:For\w+|Model)$/)?.[0] ?? "Model";
  return {
    model_type: plain.modelType,
    architectures: [plain.classPrefix + head],
    tunebook_model_type: model.family.modelType,
  };
}

function plainFamilyOf(model: Model): typeof plainFamily | undefined {
  const { family: { input, modelType, stack }, headRequest } = model;
  if (input === "image") {
    if (givesCells(model)) return plainBoxFamily;
    const isKnown = families.some((family) => family.modelType === modelType);
    if (isKnown && modelType !== graph.modelType) return undefined;
    return headRequest.name === "masks" ? plainMaskFamily : plainImageFamily;
  }
  return stack?.causal && headRequest.name !== "language" ? plainFamily : undefined;
}

function givesCells(model: Model): boolean {
  return model.headRequest.name === "boxes" && modelHead(model).reads === "maps";
}

/** Names the image processor of a model of masks or of cells after what transformers.js makes answers with. */
export async function writeReaderPixels(folder: string, model: Model): Promise<void> {
  const { headRequest: { name } } = model;
  if (name !== "masks" && !givesCells(model)) return;
  const { [name]: answering } = answeringProcessors;
  const path = join(folder, "preprocessor_config.json");
  const { image_processor_type: own, ...config } = await readJsonObject(path);
  if (own === answering) return;
  const named = {
    ...config,
    image_processor_type: answering,
    tunebook_image_processor_type: own,
  };
  await writeFileAtomic(path, JSON.stringify(named, null, 2) + "\n");
}

/**
 * Names the tokenizer's class after what transformers.js does with it: `BertTokenizer` gives segments,
 * `LlamaTokenizer` pads on the left, and any other takes `tokenizer.json` as it is.
 */
export async function writeReaderTokenizer(
  folder: string,
  model: Model,
  { cutsPairs }: { readonly cutsPairs: boolean },
): Promise<void> {
  const { family } = model;
  if (family.input !== "text") return;
  const path = join(folder, "tokenizer_config.json");
  const { model_max_length: limit, ...own } = await readJsonObject(path);
  const config = {
    ...own,
    // It would cut the second text away; the graph cuts the longer one.
    ...(cutsPairs ? { tunebook_max_length: limit } : { model_max_length: limit }),
    tokenizer_class: family.usesTypes ? "BertTokenizer" : "PreTrainedTokenizerFast",
    // Texts that go on end where the next token is asked.
    padding_side: continuesTexts(model) ? "left" : "right",
  };
  await writeFileAtomic(path, JSON.stringify(config, null, 2) + "\n");
  if (!continuesTexts(model)) await writePairTemplate(join(folder, "tokenizer.json"));
}

async function writePairTemplate(path: string): Promise<void> {
  const { post_processor: own, ...tokenizer } = await readJsonObject(path);
  const processor = withPairTemplate(own);
  if (processor === own) return;
  await writeFileAtomic(path, JSON.stringify({ ...tokenizer, post_processor: processor }) + "\n");
}

/**
 * Reference → files, family, sizes and tokenizer, before any weight is read.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import type { InputSpec } from "../../engine/mod.ts";
import { openCaptionEncoder } from "../../evaluate/caption_encoder.ts";
import { keepShares, type KeptShares } from "../../combine/prune/kept_shares.ts";
import { imageProcessor, type PixelProcessor } from "../../image/processor/image_processor.ts";
import { keepLayers, type KeptLayers } from "../../models/kept_layers.ts";
import { readModelConfig } from "../../models/read_model_config.ts";
import type {
  EncoderDecoderConfig,
  Family,
  Head,
  ImageConfig,
  ModelConfig,
} from "../../nn/family.ts";
import { configAtSize } from "../../nn/image_size.ts";
import { textConfig } from "../../nn/model.ts";
import type { CaptionEncoder, ImageProcessor, Processor } from "../../nn/processor.ts";
import { loadTokenizer, type Tokenizer } from "../../text/tokenizer.ts";
import type { ModelFolder } from "../../weights/model_files.ts";
import { resolveModel } from "../../weights/resolve_model.ts";
import { readSchedulerFile } from "../../weights/scheduler_file.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { ReadData } from "./read_stage.ts";
import { newModelOf, type NewModelSpec } from "./new_model_of.ts";

/** A model's files, its configuration and what makes its inputs. */
export interface OpenedModel {
  readonly reference: string;
  readonly files: ModelFolder;
  readonly family: Family;
  readonly config: ModelConfig;
  /** Absent where the model takes no text. */
  readonly tokenizer?: Tokenizer;
  /** How the images of the model become pixels, where its folder says so. */
  readonly pixels?: PixelProcessor;
  /** What reads the captions of a denoiser, where its pipeline has it. */
  readonly captions?: CaptionEncoder;
  /** `config.json` as it was read. */
  readonly json: Readonly<Record<string, unknown>>;
  /** `scheduler_config.json` as it was read; absent where there is none. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** Which of its layers are kept; all where absent. */
  readonly layers?: KeptLayers;
  /** The shares of each layer that are kept. */
  readonly shares?: KeptShares;
}

/** How to open. */
export interface OpenStageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Takes no network. */
  readonly offline?: boolean;
  /** The rows of the plan, where they have been read already: a new model is made from them. */
  readonly read?: Pick<ReadData, "splits"> | undefined;
}

/** Finds or downloads a model and opens its tokenizer; a text model without one is an error. */
export async function openStage(
  spec:
    & Pick<PlanSpec, "model" | "family" | "layers" | "heads" | "feedForward">
    & Partial<NewModelSpec>,
  { signal, offline = false, read }: OpenStageOptions = {},
): Promise<OpenedModel> {
  const { model: reference, ...own } = spec;
  const folder = await newModelOf(spec, { signal, read });
  const files = await resolveModel(folder ?? reference, {
    signal,
    ...(offline ? { offline } : {}),
  });
  return await openFiles(reference, files, own);
}

/** Opens the config of files that were found, and what makes the inputs. */
export async function openFiles(
  reference: string,
  files: ModelFolder,
  { family: own, layers, heads, feedForward }: Pick<
    PlanSpec,
    "family" | "layers" | "heads" | "feedForward"
  > = {},
): Promise<OpenedModel> {
  const read = await readModelConfig(files.config, own ? [own] : [], files.graph);
  const { family, config, json } = keepShares(keepLayers(read, layers), { heads, feedForward });
  const kept = { ...(layers === undefined ? {} : { layers }), shares: { heads, feedForward } };
  const opened = { reference, files, family, config, json, ...kept };
  if (family.input === "image") {
    const { schedulerConfig } = files;
    const scheduler = schedulerConfig && await readSchedulerFile(schedulerConfig);
    const pixels = await openPixels(opened);
    const captions = await openCaptions(opened);
    return {
      ...opened,
      ...(captions ? { captions } : {}),
      ...(scheduler ? { scheduler } : {}),
      ...(pixels ? { pixels, config: sizedConfig(opened, pixels) } : {}),
    };
  }
  if (!files.tokenizer) {
    throw new TunebookError(
      "weights",
      `${files.folder} has no tokenizer.json` +
        (family.modelType === "marian"
          ? ": the source.spm and target.spm of a Marian are two vocabularies, which transformers.js' " +
            "convert.py makes one tokenizer.json of"
          : ""),
    );
  }
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer,
    modelType: family.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
    ...(files.chatTemplate ? { chatTemplate: files.chatTemplate } : {}),
  });
  return { ...opened, tokenizer };
}

/** The text encoder of a pipeline whose denoiser reads captions. */
async function openCaptions(
  { files: { textEncoder }, family, config }: OpenedModel,
): Promise<CaptionEncoder | undefined> {
  const read = captionInput(family, config);
  if (!textEncoder || !read) return undefined;
  const captions = await openCaptionEncoder(textEncoder);
  const size = read.shape.at(-1);
  if (captions.size === size) return captions;
  throw new TunebookError(
    "weights",
    `${textEncoder.config} makes ${captions.size} numbers of a token (hidden_size), but the denoiser reads ` +
      `${size} (cross_attention_dim in its config.json)`,
  );
}

/** What a denoiser reads captions by; undefined of other models. */
function captionInput(family: Family, config: ModelConfig): InputSpec | undefined {
  return family.inputs?.(config).encoder_hidden_states;
}

/** The image processor of a folder, what is said of a graph, or what all models of the family do. */
async function openPixels(
  { files: { preprocessorConfig: file }, json: { preprocessor }, family, config }: OpenedModel,
): Promise<PixelProcessor | undefined> {
  if (file) return imageProcessor(await readJsonObject(file), file);
  if (preprocessor !== undefined) {
    return imageProcessor(preprocessor as Record<string, unknown>, "the preprocessor of the graph");
  }
  const usual = family.preprocessor?.(config);
  return usual && imageProcessor(usual, `the preprocessor of ${family.modelType}`);
}

/** The config for the images that the processor makes; the model must take their size. */
function sizedConfig(opened: OpenedModel, { size }: PixelProcessor): ModelConfig {
  const { family, config, files: { preprocessorConfig: file } } = opened;
  const { imageSize } = config as Partial<ImageConfig>;
  if (!imageSize || !size || (imageSize[0] === size.height && imageSize[1] === size.width)) {
    return config;
  }
  if (family.takesAnySize) return configAtSize(opened, [size.height, size.width]);
  throw new TunebookError(
    "weights",
    `${
      file ?? "preprocessor"
    } makes images of ${size.height} × ${size.width} pixels, but the model takes ` +
      `${imageSize.join(" × ")} (image_size in its config.json)`,
  );
}

/** What makes the model's inputs, with so many tokens at most. */
export function processorOf(opened: OpenedModel, maxTokens: number): Processor {
  const { tokenizer, pixels, scheduler, captions, family, config, files: { sentence } } = opened;
  if (family.input === "image") {
    const { numQueries: queries, queryLayers, channels, outChannels = channels } =
      config as ImageConfig;
    return {
      input: "image",
      tokens: config.maxTokens,
      mapSizes: mapSizesOf(family.heads, config),
      ...(pixels ? { pixels } : {}),
      ...(scheduler ? { scheduler } : {}),
      ...(family.component ? { channels: [channels, outChannels] } : {}),
      ...("class_labels" in (family.inputs?.(config) ?? {}) ? { takesLabels: true } : {}),
      ...(captionInput(family, config) ? { takesCaptions: true } : {}),
      ...(captions ? { captions } : {}),
      ...(queries === undefined ? {} : { queries }),
      ...(queryLayers === undefined ? {} : { queryLayers }),
    };
  }
  if (!tokenizer) throw new TunebookError("unsupported", `${family.modelType} models take no text`);
  return {
    input: "text",
    tokenizer,
    maxTokens,
    padId: textConfig(opened).padId,
    usesTypes: family.usesTypes ?? false,
    ...(family.stack?.pooling === "last" ? { poolsLast: true } : {}),
    ...(family.decoder
      ? {
        decoder: {
          startId: (config as EncoderDecoderConfig).decoderStartId,
          startsWithLast: family.decoder.startsWithLast ?? false,
          maxTargetTokens: Math.min(maxTokens, config.maxTokens - 1),
        },
      }
      : {}),
    ...(sentence ? { sentence } : {}),
  };
}

/** The tokenizer of a text model, for what works on no other. */
export function tokenizerOf({ tokenizer, family }: OpenedModel): Tokenizer {
  if (tokenizer) return tokenizer;
  throw new TunebookError("unsupported", `${family.modelType} models take no text`);
}

function mapSizesOf(
  heads: Readonly<Record<string, Head<ModelConfig>>>,
  config: ModelConfig,
): NonNullable<ImageProcessor["mapSizes"]> {
  return Object.fromEntries(
    Object.entries(heads).flatMap(([name, head]) => {
      const size = head.reads === "maps" ? head.mapSize?.(config) : undefined;
      return size ? [[name, size]] : [];
    }),
  );
}

/**
 * The text encoder beside a denoiser: captions become hidden states, as diffusers' `StableDiffusionPipeline` makes
 * them (`encode_prompt`).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { pauses } from "../core/pauses.ts";
import { type Device, openDevice } from "../engine/mod.ts";
import { loadModel } from "../models/load_model.ts";
import { readModelConfig } from "../models/read_model_config.ts";
import type { TextConfig } from "../nn/family.ts";
import { finishedProgram } from "../nn/hidden_program.ts";
import { noAdapter } from "../nn/merge.ts";
import type { CaptionEncoder, EncodedCaptions } from "../nn/processor.ts";
import { frozenOf } from "../nn/trainable_model.ts";
import { loadTokenizer, type Tokenizer } from "../text/tokenizer.ts";
import type { ModelFolder } from "../weights/model_files.ts";

/** The family whose hidden states diffusers takes so: the last ones, with padding that is read like words. */
const textEncoderType = "clip_text_model";
const batchRows = 32;

/** The parts of a text encoder that are read before its weights. */
interface OpenedEncoder {
  readonly files: ModelFolder;
  readonly config: TextConfig;
  readonly tokenizer: Tokenizer;
}

/**
 * Opens a text encoder; its weights are read when captions are encoded, on the CPU, and let go thereafter.
 *
 * Throws an error of kind "unsupported" for a model of another family and of kind "weights" where it has no
 * `tokenizer.json`.
 */
export async function openCaptionEncoder(files: ModelFolder): Promise<CaptionEncoder> {
  const { family, config, json } = await readModelConfig(files.config);
  if (family.modelType !== textEncoderType) {
    throw new TunebookError(
      "unsupported",
      `${files.config} is of a ${family.modelType}, but captions are read by a ${textEncoderType}`,
    );
  }
  if (!files.tokenizer) {
    throw new TunebookError(
      "weights",
      `the pipeline of ${files.reference} has no tokenizer/tokenizer.json; transformers writes it: ` +
        "CLIPTokenizer.from_pretrained(folder).save_pretrained(folder)",
    );
  }
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer,
    modelType: family.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
  });
  const { maxTokens: tokens, hiddenSize: size } = config;
  const opened = { files, config: config as TextConfig, tokenizer };
  return { tokens, size, encode: (captions, signal) => encoded(opened, captions, signal) };
}

async function encoded(
  opened: OpenedEncoder,
  captions: readonly string[],
  signal: AbortSignal | undefined,
): Promise<EncodedCaptions> {
  const { tokenizer, config: { maxTokens } } = opened;
  const each = captions.map((caption) => tokenizer.encode(caption, undefined, { maxTokens }));
  const device = await openDevice("cpu");
  const states = await statesOf(each.map(({ ids }) => ids), opened, device, signal);
  return { states, isCut: each.map(({ truncated }) => truncated) };
}

async function statesOf(
  all: readonly ArrayLike<number>[],
  { files: { reference, config: path, weights }, config, tokenizer: { padId } }: OpenedEncoder,
  device: Device,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const { maxTokens: tokens, hiddenSize } = config;
  const head = { name: "embedding", outputs: 0 };
  const model = await loadModel({ reference, config: path, weights, head, seed: 0, signal });
  const encoder = { model, adapter: noAdapter };
  const program = await device.compile(finishedProgram(encoder), { frozen: frozenOf(encoder) });
  const pause = pauses(signal, () => "stopped while captions were encoded");
  const states: Float32Array[] = [];
  try {
    for (let start = 0; start < all.length; start += batchRows) {
      await pause();
      const batch = all.slice(start, start + batchRows);
      const shape = [batch.length, tokens];
      const ids = new Int32Array(batch.length * tokens).fill(padId);
      batch.forEach((row, at) => ids.set(row, at * tokens));
      // No token is masked, padding neither: so the denoiser was trained.
      const mask = new Int32Array(ids.length).fill(1);
      const { hidden } = await program.run({
        input_ids: { shape, data: ids },
        attention_mask: { shape, data: mask },
      }, signal);
      const numbers = tokens * hiddenSize;
      batch.forEach((_, at) =>
        states.push((hidden.data as Float32Array).slice(at * numbers, (at + 1) * numbers))
      );
    }
  } finally {
    await program.dispose();
  }
  return states;
}

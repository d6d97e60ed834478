/**
 * What the model makes of rows before it is trained: a vector of each row, or of each of its tokens.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device, HostTensor } from "../../engine/mod.ts";
import { bodyDepth } from "../../nn/frozen_layers.ts";
import { hiddenProgram } from "../../nn/hidden_program.ts";
import { noAdapter } from "../../nn/merge.ts";
import { runOver } from "../../nn/run_over.ts";
import { frozenOf } from "../../nn/trainable_model.ts";
import { poolOnHost } from "../../tasks/sentence_embeddings/pool.ts";
import type { SentenceSettings } from "../../text/sentence_settings.ts";
import { type AnyExamples, loadWith } from "../run/assemble_stage.ts";
import type { OpenedModel } from "../run/open_stage.ts";

/** The model without a head. */
export interface FrozenModel extends AsyncDisposable {
  /** A vector of each sequence, or of an image, [sequences][size]. */
  ofRows(examples: AnyExamples, chosen?: readonly number[]): Promise<Float32Array[]>;
  /** A vector of each token of each chosen sequence, [chosen][tokens][size]. */
  ofTokens(examples: AnyExamples, chosen: readonly number[]): Promise<Float32Array[][]>;
}

/** Unless the model's folder says how it makes vectors: the mean of a text's tokens. */
const usualPooling: SentenceSettings = { pooling: "mean", normalize: false };

/**
 * Compiles the frozen body of a model.
 *
 * Throws an error of kind "unsupported" for a model that has no vectors of rows, such as an encoder-decoder.
 */
export async function openFrozen(
  opened: OpenedModel,
  { device, signal }: { readonly device: Device; readonly signal: AbortSignal },
): Promise<FrozenModel> {
  const { family, files } = opened;
  const isText = family.input !== "image";
  const heads = Object.entries(family.heads);
  const name = isText ? heads.find(([, { reads }]) => reads === "tokens")?.[0] : "classification";
  if (family.decoder || name === undefined || !Object.hasOwn(family.heads, name)) {
    throw new TunebookError(
      "unsupported",
      `${family.modelType} models give no vector of a row, which simple classifiers could read`,
    );
  }
  // The head is not asked; it stands for what reads the features.
  const model = await loadWith(opened, { head: { name, outputs: 2 } }, { seed: 1, signal });
  const trunk = { model, adapter: noAdapter };
  const program = await device.compile(hiddenProgram(trunk, bodyDepth(model)), {
    frozen: frozenOf(trunk),
  });
  const { sentence = usualPooling } = files;
  const run = (
    examples: AnyExamples,
    chosen: readonly number[] | undefined,
    read: (hidden: HostTensor, lengths: readonly number[]) => Float32Array[],
  ) =>
    runOver(
      (feeds, own) => program.run(feeds, own),
      examples,
      ({ hidden }, lengths) => read(hidden, lengths),
      { signal, ...(chosen ? { chosen } : {}) },
    );
  return {
    ofRows: (examples, chosen) =>
      run(
        examples,
        chosen,
        (hidden, lengths) =>
          isText ? poolOnHost(hidden, lengths, sentence) : slices(hidden, lengths.map(() => 1)),
      ),
    async ofTokens(examples, chosen) {
      const size = model.config.hiddenSize;
      const rows = await run(examples, chosen, slices);
      return rows.map((row) =>
        Array.from({ length: row.length / size }, (_, at) => row.slice(at * size, (at + 1) * size))
      );
    },
    [Symbol.asyncDispose]: () => program.dispose(),
  };
}

/** The first positions of each row of [batch, positions, size], as many as its length. */
function slices({ shape, data }: HostTensor, lengths: readonly number[]): Float32Array[] {
  const [, positions, size] = shape;
  return lengths.map((length, row) => {
    const start = row * positions * size;
    return (data as Float32Array).slice(start, start + length * size);
  });
}

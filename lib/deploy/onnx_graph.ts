/**
 * Which graph an ONNX folder holds, and how it is run over rows: one pass for most tasks, a decoder with
 * its cache for models of the next token.
 *
 * @module
 */
import type { HostTensor, Program } from "../engine/mod.ts";
import { cacheNames, decoderProgram, emptyCacheShape } from "../nn/decoder_program.ts";
import { forwardProgram } from "../nn/forward_program.ts";
import type { Model } from "../nn/model.ts";
import { evaluated, exportedReader, type ReadBatch } from "../nn/run_over.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { meanTokenLosses } from "./mean_token_losses.ts";
import { closingOf } from "./reader_files.ts";
import type { TrainedModel } from "./trained_model.ts";

type Feeds = Readonly<Record<string, HostTensor>>;

/** A graph and how it is asked. */
export interface OnnxGraph {
  /** The program of a model whose method is settled. */
  program(settled: TrainableModel): Program;
  /** Runs a padded batch of the task's rows. */
  run(
    session: { run(feeds: Feeds): Promise<Record<string, HostTensor>> },
    feeds: Feeds,
  ): Promise<Record<string, HostTensor>>;
  readonly read: ReadBatch;
}

/** Whether a model gives next tokens. */
export function isDecoder({ headRequest }: Pick<Model, "headRequest">): boolean {
  return headRequest.name === "language";
}

/** The graph of a trained model. */
export function onnxGraphOf(trained: TrainedModel): OnnxGraph {
  const { trainable: { model, objective } } = trained;
  if (isDecoder(model)) {
    return {
      program: decoderProgram,
      async run(session, feeds) {
        const padded = leftPadded(feeds);
        const { logits } = await session.run({ ...padded, ...emptyCache(model, padded) });
        return { logits: meanTokenLosses(logits, padded.input_ids, padded.attention_mask) };
      },
      read: evaluated(objective),
    };
  }
  return {
    program: (settled) => forwardProgram(settled, { closing: closingOf(model, trained) }),
    run: (session, feeds) => session.run(feeds),
    read: exportedReader(objective),
  };
}

/** The same rows with their padding before the tokens, as readers of such graphs feed them. */
function leftPadded(feeds: Feeds): Feeds {
  const { attention_mask: { data: mask, shape: [rows, length] } } = feeds;
  const padding = Array.from({ length: rows }, (_, row) => {
    const own = Array.from(mask.subarray(row * length, (row + 1) * length));
    return own.filter((each) => Number(each) === 0).length;
  });
  const moved = ({ data, shape }: HostTensor): HostTensor => {
    const numbers = Int32Array.from(data, Number);
    padding.forEach((count, row) => {
      const own = numbers.slice(row * length, (row + 1) * length);
      numbers.set(own.subarray(length - count), row * length);
      numbers.set(own.subarray(0, length - count), row * length + count);
    });
    return { shape, data: numbers };
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, moved(each)]));
}

/** What stands for a cache that holds nothing. */
export function emptyCache(
  { config }: Pick<Model, "config">,
  { input_ids }: Feeds,
): Record<string, HostTensor> {
  const empty = { shape: emptyCacheShape(config, input_ids.shape[0]), data: new Float32Array() };
  const names = Array.from({ length: config.numLayers }, (_, layer) => cacheNames(layer).past);
  return Object.fromEntries(names.flat().map((name) => [name, empty]));
}

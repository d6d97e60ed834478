/**
 * Which graph an ONNX folder holds, and how it is run over rows: one pass for most tasks, a decoder with
 * its cache for models of the next token.
 *
 * @module
 */
import {
  type Device,
  type FrozenSource,
  type HostTensor,
  type OnnxSession,
  openDevice,
  type Program,
} from "../engine/mod.ts";
import { cacheNames, decoderProgram, emptyCacheShape } from "../nn/decoder_program.ts";
import { answerDecoderProgram, emptyAnswerCache, encoderProgram } from "../nn/seq2seq_programs.ts";
import { forwardProgram } from "../nn/forward_program.ts";
import { continuesTexts, type Model } from "../nn/model.ts";
import { evaluated, exportedReader } from "../nn/run_over.ts";
import { readPrompt } from "../nn/read_prompt.ts";
import { frozenOf, type TrainableModel } from "../nn/trainable_model.ts";
import { evaluateLogits } from "./evaluate_logits.ts";
import { closingOf } from "./reader_files.ts";
import type { Reopened } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

type Feeds = Readonly<Record<string, HostTensor>>;

/** One graph. */
export interface OnnxGraph {
  readonly program: Program;
  readonly frozen: FrozenSource;
}

/** The graphs of a folder and how they are asked. */
export interface OnnxGraphs {
  /** The graphs by the name of the file, `model`, each made of a model whose method is settled. */
  readonly programs: Readonly<Record<string, (settled: TrainableModel) => Promise<OnnxGraph>>>;
  /** Runs padded batches of the task's rows; `sessions` are in the order of `programs`. */
  opened(sessions: readonly OnnxSession[], device: Device): Promise<Reopened>;
}

/** The graphs of a trained model. */
export function onnxGraphsOf(trained: TrainedModel): OnnxGraphs {
  const { trainable } = trained;
  if (trainable.model.family.decoder) {
    return {
      programs: {
        encoder_model: (settled) => graphOf(encoderProgram(settled), settled),
        decoder_model_merged: (settled) => graphOf(answerDecoderProgram(settled), settled),
      },
      opened: ([encoder, decoder], device) =>
        openedSeq2Seq(trainable, { encoder, decoder }, device),
    };
  }
  if (continuesTexts(trainable.model)) {
    return {
      programs: { model: decoderGraph },
      opened: ([session], device) => openedDecoder(trainable, session, device),
    };
  }
  return {
    programs: {
      model(settled) {
        const closing = closingOf(trainable.model, trained);
        return graphOf(forwardProgram(settled, { closing }), settled);
      },
    },
    opened: ([session]) =>
      Promise.resolve({
        run: (feeds) => session.run(feeds),
        read: exportedReader(trainable.objective),
        dispose: () => session.dispose(),
      }),
  };
}

function graphOf(program: Program, settled: TrainableModel): Promise<OnnxGraph> {
  return Promise.resolve({ program, frozen: frozenOf(settled) });
}

/**
 * A decoder with its cache. A reader asks it in pieces, none of which says that it begins a text: virtual
 * tokens are read here once, and what they leave stands before every cache.
 */
async function decoderGraph(settled: TrainableModel): Promise<OnnxGraph> {
  const { model, promptTokens } = await readPrompt(settled, async (program, feeds) => {
    const device = await openDevice("cpu");
    const step = await device.compile(program, { frozen: frozenOf(settled) });
    try {
      return await step.run(feeds);
    } finally {
      await step.dispose();
    }
  });
  return { program: decoderProgram(model, promptTokens), frozen: frozenOf(model) };
}

/** Whether an input or output is a cache, by its name. */
export function isCache(name: string): boolean {
  return /^(?:past_key_values|present)\./.test(name);
}

/** What stands for a cache that holds nothing. */
function emptyCache(
  { config }: Pick<Model, "config">,
  { input_ids }: Feeds,
): Record<string, HostTensor> {
  const empty = { shape: emptyCacheShape(config, input_ids.shape[0]), data: new Float32Array() };
  const names = Array.from({ length: config.numLayers }, (_, layer) => cacheNames(layer).past);
  return Object.fromEntries(names.flat().map((name) => [name, empty]));
}

/** Asks as readers do, padded on the left, and makes of the logits what evaluation makes of them. */
async function openedDecoder(
  { model, objective }: TrainableModel,
  session: OnnxSession,
  device: Device,
): Promise<Reopened> {
  const step = await evaluateLogits({ model, objective }, device);
  return {
    async run(feeds, signal) {
      const padding = paddingOf(feeds.attention_mask);
      const padded = Object.fromEntries(
        Object.entries(feeds).map(([name, each]) => [name, rotated(each, padding)]),
      );
      const { logits } = await session.run({ ...padded, ...emptyCache(model, padded) });
      const { input_ids: ids, attention_mask: mask } = feeds;
      const back = padding.map((count) => ids.shape[1] - count);
      return await step.run({ scores: rotated(logits, back), ids, mask }, signal);
    },
    read: evaluated(objective),
    async dispose() {
      await step.dispose();
      await session.dispose();
    },
  };
}

/** Encodes sources, reads whole targets, and makes of the logits what evaluation makes of them. */
async function openedSeq2Seq(
  { model, objective }: TrainableModel,
  { encoder, decoder }: { readonly encoder: OnnxSession; readonly decoder: OnnxSession },
  device: Device,
): Promise<Reopened> {
  const step = await evaluateLogits({ model, objective }, device);
  return {
    async run(feeds, signal) {
      const { input_ids, attention_mask, decoder_input_ids: ids, decoder_attention_mask: mask } =
        feeds;
      const { last_hidden_state } = await encoder.run({ input_ids, attention_mask });
      const empty = Array.from(
        emptyAnswerCache(model, input_ids.shape[0]),
        ([name, shape]) => [name, { shape, data: new Float32Array() }] as const,
      );
      const { logits } = await decoder.run({
        input_ids: ids,
        encoder_attention_mask: attention_mask,
        encoder_hidden_states: last_hidden_state,
        ...Object.fromEntries(empty),
      });
      return await step.run({ scores: logits, ids, mask }, signal);
    },
    read: evaluated(objective),
    async dispose() {
      await step.dispose();
      await encoder.dispose();
      await decoder.dispose();
    },
  };
}

/** How many tokens of each row are padding. */
function paddingOf({ data, shape: [rows, length] }: HostTensor): number[] {
  return Array.from(
    { length: rows },
    (_, row) =>
      Array.from(data.subarray(row * length, (row + 1) * length), Number)
        .filter((each) => each === 0).length,
  );
}

/** [rows, sequence, …] with the last so many tokens of each row moved to its start. */
function rotated({ data, shape }: HostTensor, counts: readonly number[]): HostTensor {
  const perRow = data.length / shape[0];
  const perToken = perRow / shape[1];
  const moved = data.slice();
  counts.forEach((count, row) => {
    const own = data.subarray(row * perRow, (row + 1) * perRow);
    const at = perRow - count * perToken;
    moved.set(own.subarray(at), row * perRow);
    moved.set(own.subarray(0, at), row * perRow + count * perToken);
  });
  return { shape, data: moved };
}

/**
 * ONNX files for others to run, and running them here.
 *
 * @module
 */
import { ort } from "./ort.ts";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { once } from "../core/once.ts";
import { cutPairs, type PairLayout } from "./cut_pairs.ts";
import { bytesOf } from "./value.ts";
import { toFloat16 } from "./float16.ts";
import type { Graph } from "./graph.ts";
import { writeOnnx } from "./onnx_writer.ts";
import type { FrozenSource, HostTensor, Program } from "./program.ts";
import {
  observedOutput,
  observedValues,
  quantizableProducts,
} from "./static_quantization/quantizable_products.ts";
import { quantizeProducts } from "./static_quantization/quantize_products.ts";
import type { ValueRange } from "./static_quantization/value_range.ts";
import { trace } from "./trace.ts";

/** A protobuf message cannot be larger than 2 GiB; this leaves room for the graph itself. */
const maxInsideBytes = 1.8e9;
/** Browsers keep a downloaded file in one piece of memory, which ends at 2 GB. */
const pieceBytes = 1e9;
/** Where constants go outside, small ones stay. */
const minExternalBytes = 1 << 16;

/** What a file does beside the program. */
export interface OnnxFileSettings {
  /** Cuts pairs of texts that are too long. */
  readonly pairs?: PairLayout | undefined;
  /** Holds matrices in float16, and those inputs and outputs that this says of. */
  readonly float16?: ((name: string) => boolean) | undefined;
  /** Lets linear layers and convolutions multiply bytes. */
  readonly bytes?: StaticBytes | undefined;
  /** The most bytes of weights inside the file, and of one piece beside it. */
  readonly most?: { readonly inside: number; readonly piece: number };
}

/** Which weights are multiplied as bytes, and the ranges of what they are multiplied with. */
export interface StaticBytes {
  /** Names of the program's frozen inputs. */
  readonly weights: ReadonlySet<string>;
  /** The ranges that were found by the file of `writeObservedFile` of the same program. */
  readonly ranges: ReadonlyMap<string, ValueRange>;
}

/**
 * Writes a program without state as an ONNX file with standard operators, int64 token ids and named
 * open axes. Models near 2 GB get their weights beside it, in `<file>_data`, `<file>_data_1` …
 */
export async function writeOnnxFile(
  path: string,
  program: Program,
  frozen: FrozenSource,
  { pairs, float16, bytes, most }: OnnxFileSettings = {},
): Promise<void> {
  const graph = trace(program, frozen, exported);
  if (bytes) quantizeProducts(graph, quantizableProducts(graph, bytes.weights), bytes.ranges);
  if (pairs) cutPairs(graph, pairs);
  if (float16) toFloat16(graph, float16);
  await writeGraph(path, graph, most);
}

/**
 * Writes a program whose outputs are also the values that products with these weights have ranges of; gives their names.
 *
 * @throws {TunebookError} of kind `unsupported` for weights that the program does not simply multiply by.
 */
export async function writeObservedFile(
  path: string,
  program: Program,
  frozen: FrozenSource,
  weights: ReadonlySet<string>,
): Promise<string[]> {
  const graph = trace(program, frozen, exported);
  const values = observedValues(quantizableProducts(graph, weights));
  for (const value of values) graph.outputs.push({ name: observedOutput(value.name), value });
  await writeGraph(path, graph);
  return values.map(({ name }) => name);
}

const exported = { contrib: false, exportTypes: true } as const;

async function writeGraph(
  path: string,
  graph: Graph,
  most = { inside: maxInsideBytes, piece: pieceBytes },
): Promise<void> {
  const bytes = [...graph.constants.keys()].reduce((sum, value) => sum + bytesOf(value), 0);
  const externalFile = `${basename(path)}_data`;
  const model = writeOnnx(
    graph,
    bytes > most.inside ? { externalFile, minExternalBytes, pieceBytes: most.piece } : {},
  );
  for (const [at, { file, firstChunk }] of model.pieces.entries()) {
    const chunks = model.external.slice(firstChunk, model.pieces[at + 1]?.firstChunk);
    await writeFileAtomic(join(dirname(path), file), streamOf(chunks));
  }
  await writeFileAtomic(path, model.bytes);
}

async function* streamOf(makers: readonly (() => Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const make of makers) yield make();
}

/** An ONNX file that is ready to run on the processor. */
export interface OnnxSession {
  /**
   * Feeds int32 or float32 tensors; those that the file declares int64 are widened, and those that it
   * declares float16 are rounded. Results in float16 come as float32.
   */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  dispose(): Promise<void>;
}

/** Opens an ONNX file. */
export async function openOnnxFile(path: string): Promise<OnnxSession> {
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  } catch (error) {
    throw new TunebookError("weights", `${path} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const types = new Map(
    session.inputMetadata.map((each) => [each.name, each.isTensor ? each.type : undefined]),
  );
  return {
    async run(feeds) {
      const given: Record<string, ort.Tensor> = {};
      for (const name of session.inputNames) {
        const feed = feeds[name];
        if (!feed) throw new TunebookError("input", `${path} wants an input "${name}"`);
        given[name] = feed.data instanceof Int32Array
          ? new ort.Tensor("int64", BigInt64Array.from(feed.data, BigInt), feed.shape)
          : types.get(name) === "float16"
          ? new ort.Tensor("float16", halvesOf(feed.data as Float32Array), feed.shape)
          : new ort.Tensor("float32", feed.data as Float32Array, feed.shape);
      }
      const results = await session.run(given);
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, {
          shape: (tensor as ort.Tensor).dims,
          data: floatsOf(tensor as ort.Tensor),
        }]),
      );
    },
    dispose: once(() => session.release()),
  };
}

/** The runtime takes float16 as its bits. */
function halvesOf(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  return new Uint16Array(Float16Array.from(numbers).buffer);
}

function floatsOf({ type, data }: ort.Tensor): Float32Array {
  if (type !== "float16") return data as Float32Array;
  const { buffer, byteOffset, length } = data as Uint16Array<ArrayBuffer>;
  return Float32Array.from(new Float16Array(buffer, byteOffset, length));
}

/**
 * Devices that trace a program and let ONNX Runtime run the graph: `cpu`, `webgpu` and `cuda`.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { TunebookError } from "../../core/errors.ts";
import { kernel } from "../../core/kernel.ts";
import type { Graph } from "../graph.ts";
import type { ElementType } from "../value.ts";
import { checkInPlace } from "../passes/check_in_place.ts";
import { offloadableBytes, offloadableNames } from "../passes/cut_segments.ts";
import type { HostTensor, Program } from "../program.ts";
import { trace } from "../trace.ts";
import { checkFeeds, checkFrozen, checkScalars, checkState } from "./check_feeds.ts";
import type { Bindings, Device, State, StateTensor, Step, Update, UpdateStep } from "./device.ts";
import { FlatState } from "./flat_state.ts";
import { integerProducts } from "./integer_products.ts";
import {
  createSession,
  inPrecision,
  type Provider,
  runSession,
  type RuntimeOptions,
} from "./onnx_session.ts";
import { createOffloadedSession } from "./offloaded_session.ts";
import { ExternalDataFile } from "./external_data_file.ts";
import type { GatherWeight } from "./shared_weights.ts";
import { webgpu } from "./webgpu.ts";

/** Updates of states up to so many elements run in one piece and thread. */
const smallElements = 1 << 18;
/** Larger updates run over pieces: on a processor of what its own cache holds between two passes. */
const pieceElements: Readonly<Record<Provider, number>> = {
  cpu: 1 << 15,
  webgpu: 1 << 18,
  cuda: 1 << 18,
};

/**
 * 512 tokens of 384 numbers. Products of them are as fast as larger ones, while passes over what they give
 * are faster: with LoRA on 6 × 384, 256 and 512 tokens are alike, 128 and 1024 slower (`LOG.md`).
 */
const batchNumbers = 512 * 384;

/** Opens a provider of ONNX Runtime. */
export function onnxRuntime(
  provider: Provider,
  reason?: string,
  options: RuntimeOptions = {},
): Device {
  if (provider === "webgpu") return webgpu(reason, options);
  // Between two segments signals are heard in this thread, too, and weights need not be sent to another.
  const isWhole = options.segmentBytes === undefined;
  const { apart = provider === "cpu" && kernel() !== undefined && isWhole } = options;
  const own = { ...options, apart };
  return {
    name: provider,
    ...inPrecision(provider, reason, options.precision),
    ...(options.precision === "float16"
      ? { inFloat32: onnxRuntime(provider, reason, { ...options, precision: "float32" }) }
      : {}),
    createState: (tensors: readonly StateTensor[], vectors: readonly string[]) =>
      new FlatState(tensors, vectors, apart),
    ...(apart ? { allocate: sharedNumbers } : {}),
    ...(infersOn(provider, options) ? { infers: true } : {}),
    ...(provider === "cpu" && !options.plain ? { batchNumbers, sumsEarly: true } : {}),
    holdWeights: () => new ExternalDataFile(true),
    compile: (program, bindings) => compile(provider, program, bindings, own),
    compileUpdate: (update, state) => compileUpdate(provider, update, state, own),
  };
}

/** Whether programs that take no gradients get nodes of their own. */
function infersOn(provider: Provider, { plain = false }: RuntimeOptions): boolean {
  return provider === "cpu" && !plain;
}

/** Whether a program multiplies by matrices in eight bits. */
function hasEightBits({ inputs, roundsMatrices }: Program): boolean {
  return roundsMatrices === true ||
    Object.values(inputs).some(({ type }) => type === "int8");
}

/** Memory that two threads see. */
function sharedNumbers(numbers: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(numbers * Float32Array.BYTES_PER_ELEMENT));
}

async function compile(
  provider: Provider,
  program: Program,
  bindings: Bindings,
  options: RuntimeOptions,
): Promise<Step> {
  const state = bindings.state === undefined ? undefined : flat(bindings.state);
  checkState(program, (path) => state?.tensor(path) !== undefined);
  const { plain = false, precision } = options;
  const frozen = (name: string) => checkFrozen(program, name, bindings.frozen(name));
  const infers = program.isInference === true && infersOn(provider, options);
  const integers = provider === "cpu" && precision !== "float16" && hasEightBits(program)
    ? await integerProducts()
    : undefined;
  const processor = provider === "cpu";
  const traced = { plain, contrib: !plain, infers, processor, precision, integers };
  const graph = trace(program, frozen, traced);
  const stateTensor = (name: string) => {
    const found = state?.tensor(name);
    return found && new ort.Tensor("float32", found.data, found.shape);
  };
  const written = graph.outputs.map(({ name }) => name).filter((name) => state?.tensor(name));
  const nextOf = nameNewValues(graph, written);
  const fixed: Record<string, ort.Tensor> = {};
  const fetches: Record<string, ort.Tensor | null> = {};
  const feedTypes = new Map<string, ElementType>();
  for (const { name, type } of graph.inputs) {
    const tensor = stateTensor(name);
    if (tensor) fixed[name] = tensor;
    else feedTypes.set(name, type);
  }
  for (const { name } of graph.outputs) fetches[name] = null;
  for (const name of written) fetches[nextOf.get(name)!] = stateTensor(name)!;
  const { segmentBytes = Infinity } = options;
  const gathered = gatheredWeights(graph, bindings.frozen, options);
  const session = gathered.size > 0 || offloadableBytes(graph) > segmentBytes
    ? await createOffloadedSession(provider, graph, options, { maxBytes: segmentBytes, gathered })
    : await createSession(provider, graph, options, { held: bindings.held });
  return {
    async run(feeds, signal, into = {}) {
      checkFeeds(program, feeds);
      const given: Record<string, ort.Tensor> = { ...fixed };
      for (const [name, type] of feedTypes) {
        const feed = feeds[name];
        given[name] = new ort.Tensor(type as "float32", feed.data as Float32Array, feed.shape);
      }
      const own = Object.entries(into).map(([name, { data, shape }]) =>
        [name, new ort.Tensor("float32", data as Float32Array, shape)] as const
      );
      const asked = own.length > 0 ? { ...fetches, ...Object.fromEntries(own) } : fetches;
      const results = await runSession(provider, program.name, session, given, asked, signal);
      const host: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(results)) {
        if (asked[name]) continue;
        host[name] = { shape: tensor.dims, data: tensor.data as Float32Array };
      }
      return host;
    },
    dispose: () => session.release(),
  };
}

/** Those of a graph's large frozen weights that other processes hold a share of, and what gathers them. */
function gatheredWeights(
  graph: Graph,
  { holderOf }: Bindings["frozen"],
  { sharedWeights }: RuntimeOptions,
): ReadonlyMap<string, GatherWeight> {
  if (!sharedWeights) return new Map();
  return new Map(
    offloadableNames(graph).flatMap((name) => {
      const gather = sharedWeights.find(name, holderOf?.(name));
      return gather ? [[name, gather] as const] : [];
    }),
  );
}

/**
 * Renames the outputs that replace a state, since an ONNX graph cannot use the state's name twice,
 * and checks that writing them in place is sound. Returns state name → output name.
 */
function nameNewValues(graph: Graph, written: readonly string[]): Map<string, string> {
  const nextOf = new Map(written.map((name) => [name, `next ${name}`]));
  for (const output of graph.outputs) output.name = nextOf.get(output.name) ?? output.name;
  checkInPlace(graph, new Map([...nextOf].map(([state, next]) => [next, state])));
  return nextOf;
}

async function compileUpdate(
  provider: Provider,
  update: Update,
  anyState: State,
  options: RuntimeOptions,
): Promise<UpdateStep> {
  const state = flat(anyState);
  const inputs: Record<string, Program["inputs"][string]> = {};
  for (const name of update.vectors) {
    inputs[name] = { role: "state", type: "float32", shape: ["elements"] };
  }
  for (const name of update.scalars) inputs[name] = { role: "feed", type: "float32", shape: [] };
  const program: Program = {
    name: update.name,
    inputs,
    compute: (tensors) => update.compute(tensors, tensors),
  };
  const graph = trace(program, () => {
    throw new TunebookError("unsupported", `${update.name}: an update has no frozen inputs`);
  });
  const written = graph.outputs.map(({ name }) => name).filter((name) => inputs[name]);
  const nextOf = nameNewValues(graph, written);
  const sumNames = graph.outputs.map(({ name }) => name)
    .filter((name) => ![...nextOf.values()].includes(name));
  // Small states are not worth waking a second thread for.
  const isSmall = state.vector().length <= smallElements;
  const threads = isSmall ? 1 : options.threads;
  const step = isSmall ? smallElements : pieceElements[provider];
  const session = await createSession(provider, graph, { ...options, threads });
  const pieces = new Map<string | undefined, Record<string, ort.Tensor>[]>();
  const piecesOf = (group: string | undefined) => {
    const known = pieces.get(group);
    if (known) return known;
    const { start, end } = state.range(group);
    const made: Record<string, ort.Tensor>[] = [];
    for (let at = start; at < end; at += step) {
      const until = Math.min(end, at + step);
      made.push(Object.fromEntries(update.vectors.map((vector) => {
        const part = state.vector(vector).subarray(at, until);
        return [vector, new ort.Tensor("float32", part, [part.length])];
      })));
    }
    pieces.set(group, made);
    return made;
  };
  return {
    async run(scalars, group) {
      checkScalars(update, scalars);
      const feeds = Object.fromEntries(
        update.scalars.map((name) => [name, scalarTensor(scalars[name])]),
      );
      const sums: Record<string, number> = {};
      for (const piece of piecesOf(group)) {
        const fetches: Record<string, ort.Tensor | null> = {};
        for (const [name, next] of nextOf) fetches[next] = piece[name];
        for (const name of sumNames) fetches[name] = null;
        const given = { ...feeds, ...piece };
        const results = await runSession(provider, update.name, session, given, fetches);
        for (const name of sumNames) {
          sums[name] = (sums[name] ?? 0) + Number(results[name].data[0]);
        }
      }
      return sums;
    },
    dispose: () => session.release(),
  };
}

function scalarTensor(value: number): ort.Tensor {
  return new ort.Tensor("float32", Float32Array.of(value), []);
}

function flat(state: State): FlatState {
  if (state instanceof FlatState) return state;
  throw new TunebookError("device", "this state was created by another device");
}

/**
 * Devices that trace a program and let ONNX Runtime run the graph: `cpu`, `webgpu` and `cuda`.
 *
 * @module
 */
import * as ort from "onnxruntime-node";
import { join } from "node:path";
import { collectGarbage } from "../../core/collect_garbage.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import type { ElementType, Graph } from "../graph.ts";
import { writeOnnx } from "../onnx_writer.ts";
import { checkInPlace } from "../passes/check_in_place.ts";
import type { HostTensor, Program } from "../program.ts";
import { trace } from "../trace.ts";
import { checkFeeds, checkFrozen, checkScalars, checkState } from "./check_feeds.ts";
import type { Bindings, Device, Slot, State, Step, Update, UpdateStep } from "./device.ts";
import { exhaustion } from "./exhaustion.ts";
import { FlatState } from "./flat_state.ts";

/** The execution providers of the npm package. */
export type Provider = "cpu" | "webgpu" | "cuda";

/** Constants from this size on go into a file that the runtime maps instead of copying. */
const minExternalBytes = 1 << 16;
/** Updates of states up to so many elements run in one piece and thread. */
const smallElements = 1 << 18;
/** Larger updates run over pieces: on a processor of what its own cache holds between two passes. */
const pieceElements: Readonly<Record<Provider, number>> = {
  cpu: 1 << 15,
  webgpu: 1 << 18,
  cuda: 1 << 18,
};

/** What a measurement may ask of the runtime. */
export interface RuntimeOptions {
  /** Threads of a step; one for each core unless given. */
  readonly threads?: number;
  /** Each session writes a profile to a file whose path starts so. */
  readonly profile?: string;
  /** Runs graphs as they were traced: standard operators, no passes, no fusions of the runtime. */
  readonly plain?: boolean;
}

/** Opens a provider of ONNX Runtime. */
export function onnxRuntime(
  provider: Provider,
  reason?: string,
  options: RuntimeOptions = {},
): Device {
  return {
    name: provider,
    description: reason ? `${provider} (${reason})` : provider,
    createState: (slots: readonly Slot[], vectors: readonly string[]) =>
      new FlatState(slots, vectors),
    compile: (program, bindings) => compile(provider, program, bindings, options),
    compileUpdate: (update, state) => compileUpdate(provider, update, state, options),
  };
}

async function compile(
  provider: Provider,
  program: Program,
  bindings: Bindings,
  options: RuntimeOptions,
): Promise<Step> {
  const state = bindings.state === undefined ? undefined : flat(bindings.state);
  checkState(program, (path) => state?.tensor(path) !== undefined);
  const { plain = false } = options;
  const frozen = (name: string) => checkFrozen(program, name, bindings.frozen(name));
  const graph = trace(program, frozen, { plain, contrib: !plain });
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
  const session = await createSession(provider, graph, options);
  return {
    async run(feeds) {
      checkFeeds(program, feeds);
      const given: Record<string, ort.Tensor> = { ...fixed };
      for (const [name, type] of feedTypes) {
        const feed = feeds[name];
        given[name] = new ort.Tensor(type as "float32", feed.data as Float32Array, feed.shape);
      }
      const results = await runSession(provider, program.name, session, given, fetches);
      const host: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(results)) {
        if (fetches[name]) continue;
        host[name] = { shape: tensor.dims, data: tensor.data as Float32Array };
      }
      return host;
    },
    dispose: () => session.release(),
  };
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

async function createSession(
  provider: Provider,
  graph: Graph,
  { threads, profile, plain }: RuntimeOptions,
): Promise<ort.InferenceSession> {
  const unprepared = (error: unknown) =>
    explain(provider, `${graph.name} could not be prepared`, error);
  const folder = await Deno.makeTempDir({ prefix: "tunebook-" }).catch((error) => {
    throw unprepared(error);
  });
  try {
    const externalFile = "weights.bin";
    const { bytes, external } = writeOnnx(graph, { externalFile, minExternalBytes });
    if (external.length > 0) {
      using file = await Deno.open(join(folder, externalFile), { write: true, create: true });
      for (const makeChunk of external) {
        const chunk = makeChunk();
        for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
      }
      // The arrays that the weights were read into are dead now.
      collectGarbage();
    }
    return await ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      graphOptimizationLevel: plain ? "disabled" : "all",
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: { session: { model_external_initializers_file_folder_path: folder } },
    });
  } catch (error) {
    throw unprepared(error);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runSession(
  provider: Provider,
  name: string,
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  fetches: Record<string, ort.Tensor | null>,
): Promise<Record<string, ort.Tensor>> {
  try {
    return await session.run(feeds, fetches) as Record<string, ort.Tensor>;
  } catch (error) {
    throw explain(provider, `${name} failed`, error);
  }
}

function explain(provider: Provider, what: string, error: unknown): TunebookError {
  if (error instanceof TunebookError) return error;
  const message = messageOf(error);
  if (/WebGPU adapter/.test(message)) {
    return new TunebookError(
      "device",
      `the device ${provider} does not work: no GPU was found that WebGPU can use`,
      { cause: error },
    );
  }
  const place = `${what} on the device ${provider}`;
  return exhaustion(place, error) ??
    new TunebookError("device", `${place}: ${message}`, { cause: error });
}

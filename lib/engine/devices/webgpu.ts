/**
 * The device `webgpu`: ONNX Runtime's WebGPU provider with the state kept in the GPU's memory. A
 * step feeds a batch and brings back what the program returns; an update feeds scalars and brings
 * back scalars.
 *
 * New values go into fresh buffers and the old ones are freed, since WebGPU refuses to read and
 * write one buffer in one kernel. A buffer must be freed before the session that made it is released:
 * freeing it later ends the process. What a program leaves in the state is therefore copied when the
 * program is disposed of.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { TunebookError } from "../../core/errors.ts";
import type { Graph } from "../graph.ts";
import type { ElementType } from "../value.ts";
import type { HostTensor, Program } from "../program.ts";
import { trace, type TraceOptions } from "../trace.ts";
import { BufferState, type Carrier, type Chunk } from "./buffer_state.ts";
import { checkFeeds, checkFrozen, checkScalars, checkState } from "./check_feeds.ts";
import type { Bindings, Device, HeldWeights, State, Step, Update, UpdateStep } from "./device.ts";
import { createSession, inPrecision, runSession, type RuntimeOptions } from "./onnx_session.ts";
import type { Session } from "./session.ts";
import { packState } from "./pack_state.ts";
import { ExternalDataFile } from "./external_data_file.ts";

const provider = "webgpu";
/** The provider has no `FusedMatMul`. A node that it lacks would run on the processor. */
const traceOptions: TraceOptions = { contrib: false, webgpu: true };

/** Opens ONNX Runtime's WebGPU provider. */
export function webgpu(reason?: string, options: RuntimeOptions = {}): Device {
  return {
    name: provider,
    ...inPrecision(provider, reason, options.precision),
    ...(options.precision === "float16"
      ? { inFloat32: webgpu(reason, { ...options, precision: "float32" }) }
      : {}),
    createState: (tensors, vectors) => new BufferState(tensors, vectors, carrier(options)),
    holdWeights: () => new ExternalDataFile(true),
    compile: (program, bindings) => compile(program, bindings, options),
    compileUpdate: (update, state) => compileUpdate(update, state, options),
  };
}

async function compile(
  program: Program,
  { frozen, state: anyState, held }: Bindings,
  options: RuntimeOptions,
): Promise<Step> {
  const state = anyState && buffers(anyState);
  checkState(program, (path) => state?.find(path) !== undefined);
  const packed = state ? packState(program, state) : { program, chunks: new Map() };
  const graph = trace(
    packed.program,
    (name) => checkFrozen(program, name, frozen(name)),
    { ...traceOptions, plain: options.plain, precision: options.precision },
  );
  const stateInputs = graph.inputs.filter(({ name }) => packed.chunks.has(name));
  const feedInputs = graph.inputs.filter(({ name }) => !packed.chunks.has(name));
  const nextOf = nameNewValues(graph, (name) => packed.chunks.has(name));
  const { session, fetches } = await open(graph, nextOf, options, held);
  return {
    async run(feeds) {
      checkFeeds(program, feeds);
      const given: Record<string, ort.Tensor> = {};
      for (const { name } of stateInputs) {
        const { vector, chunk } = packed.chunks.get(name)!;
        given[name] = await state!.buffer(vector, chunk);
      }
      for (const { name, type } of feedInputs) given[name] = tensorOf(type, feeds[name]);
      const results = await runSession(provider, program.name, session, given, fetches);
      for (const [name, next] of nextOf) {
        const { vector, chunk } = packed.chunks.get(name)!;
        state!.replace(vector, chunk, results[next], session);
        delete results[next];
      }
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]): [string, HostTensor] => [
          name,
          { shape: dims, data: data as Float32Array },
        ]),
      );
    },
    async dispose() {
      await state?.leave(session);
      await session.release();
    },
  };
}

async function compileUpdate(
  update: Update,
  anyState: State,
  options: RuntimeOptions,
): Promise<UpdateStep> {
  const state = buffers(anyState);
  const absent = update.vectors.find((vector) => !state.hasVector(vector));
  if (absent !== undefined) {
    throw new TunebookError("unsupported", `the state has no vector "${absent}"`);
  }
  const inputs: Record<string, Program["inputs"][string]> = {};
  for (const name of update.vectors) {
    inputs[name] = { role: "state", type: "float32", shape: ["elements"] };
  }
  for (const name of update.scalars) inputs[name] = { role: "feed", type: "float32", shape: [] };
  const compute: Program["compute"] = (tensors) => update.compute(tensors, tensors);
  const graph = trace({ name: update.name, inputs, compute }, () => {
    throw new TunebookError("unsupported", `${update.name}: an update has no frozen inputs`);
  }, traceOptions);
  const nextOf = nameNewValues(graph, (name) => update.vectors.includes(name));
  const { session, fetches } = await open(graph, nextOf, options);
  const runChunk = async (chunk: Chunk, scalars: Record<string, ort.Tensor>) => {
    const given = { ...scalars };
    for (const vector of update.vectors) given[vector] = await state.buffer(vector, chunk);
    const results = await runSession(provider, update.name, session, given, fetches);
    for (const [vector, next] of nextOf) {
      state.replace(vector, chunk, results[next], session);
      delete results[next];
    }
    return Object.entries(results);
  };
  return {
    async run(scalars, group) {
      checkScalars(update, scalars);
      const feeds = Object.fromEntries(
        update.scalars.map((
          name,
        ) => [name, new ort.Tensor("float32", Float32Array.of(scalars[name]), [])]),
      );
      const sums: Record<string, number> = {};
      for (const chunk of state.chunks) {
        if (group !== undefined && chunk.group !== group) continue;
        for (const [name, { data }] of await runChunk(chunk, feeds)) {
          sums[name] = (sums[name] ?? 0) + Number(data[0]);
        }
      }
      return sums;
    },
    async dispose() {
      await state.leave(session);
      await session.release();
    },
  };
}

/** A session whose new state stays on the GPU. */
async function open(
  graph: Graph,
  nextOf: ReadonlyMap<string, string>,
  options: RuntimeOptions,
  held?: HeldWeights,
): Promise<{ session: Session; fetches: Record<string, null> }> {
  const staying = new Set(nextOf.values());
  const names = graph.outputs.map(({ name }) => name);
  const locations = Object.fromEntries(
    names.map((name) => [name, staying.has(name) ? "gpu-buffer" as const : "cpu" as const]),
  );
  return {
    session: await createSession(provider, graph, options, { locations, held }),
    fetches: Object.fromEntries(names.map((name) => [name, null])),
  };
}

/** An ONNX graph cannot use the state's name twice. Returns state name → output name. */
function nameNewValues(graph: Graph, isState: (name: string) => boolean): Map<string, string> {
  const nextOf = new Map<string, string>();
  for (const output of graph.outputs) {
    if (!isState(output.name)) continue;
    nextOf.set(output.name, `next ${output.name}`);
    output.name = `next ${output.name}`;
  }
  return nextOf;
}

/** The binding can keep an output on the GPU, but not copy one; a graph that copies does both. */
function carrier(options: RuntimeOptions): Carrier {
  const copy = (location: "cpu" | "gpu-buffer") => {
    const program: Program = {
      name: "copy",
      inputs: { numbers: { role: "feed", type: "float32", shape: ["elements"] } },
      compute: ({ numbers }) => ({ copy: numbers }),
    };
    const graph = trace(program, () => new Float32Array(), traceOptions);
    let session: Promise<Session> | undefined;
    return {
      async run(numbers: ort.Tensor): Promise<ort.Tensor> {
        session ??= createSession(provider, graph, options, { locations: { copy: location } });
        const results = await runSession(provider, "copy", await session, { numbers }, {
          copy: null,
        });
        return results.copy;
      },
      // A session that could not be prepared was reported where it was used.
      dispose: () => void session?.then((opened) => opened.release(), () => {}),
    };
  };
  const up = copy("gpu-buffer");
  const down = copy("cpu");
  return {
    upload: (numbers) => up.run(new ort.Tensor("float32", numbers, [numbers.length])),
    copy: (tensor) => up.run(tensor),
    download: async (tensor) => (await down.run(tensor)).data as Float32Array,
    dispose() {
      up.dispose();
      down.dispose();
    },
  };
}

function tensorOf(type: ElementType, { data, shape }: HostTensor): ort.Tensor {
  return new ort.Tensor(type as "float32", data as Float32Array, shape);
}

function buffers(state: State): BufferState {
  if (state instanceof BufferState) return state;
  throw new TunebookError("device", "this state was created by another device");
}

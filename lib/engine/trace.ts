/**
 * Records a program as a graph.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { registerGradients } from "./gradients/mod.ts";
import type { Graph } from "./graph.ts";
import type { Value } from "./value.ts";
import { GraphBuilder, type IntegerProducts } from "./graph_builder.ts";
import { kernels } from "./kernels/mod.ts";
import { chooseMarkers, partMarkers } from "./open_dims.ts";
import { checkSizes } from "./passes/check_sizes.ts";
import { mixPrecision } from "./passes/mix_precision.ts";
import { simplify } from "./passes/mod.ts";
import type { Precision } from "./precision.ts";
import { type FrozenSource, inputsOf, openNames, type Program } from "./program.ts";
import { type Tensor, tf } from "./tf.ts";
import { traceBackend, traceBackendName } from "./trace_backend.ts";

/** Frames of a stack that reach from a kernel to the op that a program called. */
const deepStack = 60;

/** How a trace differs between training here and a file for others. */
export interface TraceOptions {
  /** Uses the runtime's own operators beside the standard's. */
  readonly contrib?: boolean;
  /** Uses what only processors have, and nobody can take a gradient of. */
  readonly infers?: boolean;
  /** Uses what the provider for processors alone can compute. */
  readonly processor?: boolean;
  /** Multiplies eight-bit matrices as whole numbers; without it they are simulated in float32. */
  readonly integers?: IntegerProducts | undefined;
  /** Avoids what the WebGPU provider leaves to the processor: `Mod`, `OneHot` and int64 indices. */
  readonly webgpu?: boolean;
  /** Leaves the graph as it was traced, without passes. */
  readonly plain?: boolean;
  /** Gives the inputs the types that are customary in an exported file. */
  readonly exportTypes?: boolean;
  /** What products are computed in; `float32` unless given (`passes/mix_precision.ts`). */
  readonly precision?: Precision | undefined;
}

/**
 * Traces `program` into a graph whose feeds and states are inputs and whose frozen are constants.
 * A program with open dimensions is traced twice to find sizes that it treats as plain numbers.
 */
export function trace(program: Program, frozen: FrozenSource, options: TraceOptions = {}): Graph {
  registerGradients();
  const readers = new Map(inputsOf(program, "frozen").map((name) => [name, () => frozen(name)]));
  const graph = record(program, options, 1, readers);
  if (openNames(program).length > 0) checkSizes(graph, record(program, options, 2, readers));
  if (options.precision === "float16") {
    mixPrecision(graph, (name) => program.inputs[name]?.role === "state");
  }
  return graph;
}

/** What reads each frozen input; the numbers are read only when the graph is written. */
type FrozenReaders = ReadonlyMap<string, () => ReturnType<FrozenSource>>;

function record(
  program: Program,
  options: TraceOptions,
  traceNumber: 1 | 2,
  frozen: FrozenReaders,
): Graph {
  const taken = new Set(Object.keys(program.inputs));
  const { contrib = true, webgpu = false, infers = false, processor = false, integers } = options;
  const build = new GraphBuilder(program.name, {
    contrib,
    webgpu,
    infers,
    processor,
    integers,
    taken,
  });
  const backend = traceBackend(kernels);
  const previous = tf.engine().backendName as string | undefined;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = deepStack;
  tf.setBackend(traceBackendName);
  try {
    backend.record(build, () => {
      tf.tidy(() => {
        const values = declareInputs(program, build, frozen, options, traceNumber);
        const tensors: Record<string, Tensor> = {};
        for (const [name, value] of Object.entries(values)) {
          tensors[name] = tf.engine().makeTensorFromTensorInfo(backend.infoFor(value));
        }
        for (const [name, tensor] of Object.entries(program.compute(tensors))) {
          if (program.inputs[name] && program.inputs[name].role !== "state") {
            throw new TunebookError(
              "unsupported",
              `${program.name}: the output "${name}" has the name of an input that is no state`,
            );
          }
          build.graph.outputs.push({ name, value: backend.valueFor(tensor) });
        }
      });
    });
    if (!options.plain) simplify(build);
    return build.graph;
  } catch (error) {
    throw explain(program, error);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (previous && previous !== traceBackendName) tf.setBackend(previous);
  }
}

function declareInputs(
  program: Program,
  build: GraphBuilder,
  frozen: FrozenReaders,
  options: TraceOptions,
  traceNumber: 1 | 2,
): Record<string, Value> {
  const { graph } = build;
  const fixed = Object.values(program.inputs).flatMap(({ shape }) => shape)
    .filter((dim) => typeof dim === "number");
  const markers = chooseMarkers(openNames(program), fixed, traceNumber);
  graph.openDims.reserve(partMarkers(fixed, traceNumber));
  const inputs: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(program.inputs)) {
    const shape = spec.shape.map((dim) => typeof dim === "number" ? dim : markers.get(dim)!);
    const type = options.exportTypes && spec.exportType ? spec.exportType : spec.type;
    const value: Value = { name, type, shape };
    if (spec.role === "frozen") {
      graph.constants.set(value, frozen.get(name)!);
      inputs[name] = value;
      continue;
    }
    graph.inputs.push(value);
    spec.shape.forEach((dim, axis) => {
      if (typeof dim !== "string") return;
      graph.openDims.add({ name: dim, marker: shape[axis], source: { value, axis } });
    });
    inputs[name] = build.cast(value, spec.type);
  }
  return inputs;
}

/**
 * tensorflow.js reports a missing kernel or gradient by an assertion; say which op of which program
 * asked for it.
 */
function explain(program: Program, error: unknown): unknown {
  const kernel = /(?:registered kernel|Kernel) '(\w+)' (?:for|not registered)/
    .exec(messageOf(error))?.[1];
  const gradient = /gradient function not found for (\w+)/.exec(messageOf(error))?.[1];
  if (!(error instanceof Error) || !(kernel ?? gradient)) return error;
  // The functions of tensorflow.js' ops end in an underscore; the outermost is the one called.
  const ops = [...(error.stack ?? "").matchAll(/^\s*at (?:\w+\.)?([a-z]\w*?)_(?:_op)? /gim)];
  const caller = ops.at(-1)?.[1];
  const missing = kernel
    ? `the kernel ${kernel}${caller ? `, called by tf.${caller},` : ""} cannot be compiled. ` +
      "Write it with other ops, or run on an eager device such as tfjs:cpu"
    : `the kernel ${gradient} has no gradient. Write it with other ops`;
  return new TunebookError("unsupported", `${program.name}: ${missing}.`, { cause: error });
}

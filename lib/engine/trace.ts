/**
 * Records a program as a graph.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { registerGradients } from "./gradients/mod.ts";
import type { Graph, Value } from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { kernels } from "./kernels/mod.ts";
import { simplify } from "./passes/mod.ts";
import { type FrozenSource, openNames, type Program } from "./program.ts";
import { type Tensor, tf } from "./tf.ts";
import { traceBackend, traceBackendName } from "./trace_backend.ts";

/** How a trace differs between training here and a file for others. */
export interface TraceOptions {
  /** Uses the runtime's own operators beside the standard's. */
  readonly contrib?: boolean;
  /** Gives the inputs the types that are customary in an exported file. */
  readonly exportTypes?: boolean;
}

/** Traces `program` into a graph whose feeds and states are inputs and whose frozen are constants. */
export function trace(program: Program, frozen: FrozenSource, options: TraceOptions = {}): Graph {
  registerGradients();
  const build = new GraphBuilder(program.name, { contrib: options.contrib ?? true });
  const backend = traceBackend(kernels);
  const previous = tf.engine().backendName as string | undefined;
  tf.setBackend(traceBackendName);
  try {
    backend.record(build, () => {
      tf.tidy(() => {
        const tensors: Record<string, Tensor> = {};
        for (
          const [name, value] of Object.entries(declareInputs(program, build, frozen, options))
        ) {
          tensors[name] = tf.engine().makeTensorFromTensorInfo(backend.infoFor(value));
        }
        for (const [name, tensor] of Object.entries(program.compute(tensors))) {
          build.graph.outputs.push({ name, value: backend.valueFor(tensor) });
        }
      });
    });
    simplify(build);
    return build.graph;
  } catch (error) {
    throw explain(program, error);
  } finally {
    if (previous && previous !== traceBackendName) tf.setBackend(previous);
  }
}

function declareInputs(
  program: Program,
  build: GraphBuilder,
  frozen: FrozenSource,
  options: TraceOptions,
): Record<string, Value> {
  const { graph } = build;
  const names = openNames(program);
  const inputs: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(program.inputs)) {
    const shape = spec.shape.map((dim) =>
      typeof dim === "number" ? dim : graph.openDims.markerOf(dim, names)
    );
    const type = options.exportTypes && spec.exportType ? spec.exportType : spec.type;
    const value: Value = { name, type, shape };
    if (spec.role === "frozen") {
      graph.constants.set(value, frozen(name));
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
  refuseAmbiguousSizes(program, build);
  return inputs;
}

/** A fixed size that is a multiple of a marker could not be told from an open one. */
function refuseAmbiguousSizes(program: Program, build: GraphBuilder): void {
  for (const [name, { shape }] of Object.entries(program.inputs)) {
    for (const dim of shape) {
      if (typeof dim === "number" && build.graph.openDims.isOpen(dim)) {
        throw new TunebookError(
          "unsupported",
          `${program.name}: the input "${name}" has the fixed size ${dim}, a multiple of a marker`,
        );
      }
    }
  }
}

/** tensorflow.js reports a missing kernel by an assertion; say which op of which program asked. */
function explain(program: Program, error: unknown): unknown {
  const missing = /[Kk]ernel '?(\w+)'? (?:is )?not registered/.exec(messageOf(error));
  if (missing && error instanceof Error) {
    const op = /at (\w+?)_+(?:op)? /.exec(error.stack ?? "")?.[1] ?? "an op";
    return new TunebookError(
      "unsupported",
      `${program.name}: the kernel ${missing[1]}, called by ${op}, cannot be compiled. ` +
        "Add it to the kernel table, or run on an eager device such as tfjs:cpu.",
      { cause: error },
    );
  }
  return error;
}

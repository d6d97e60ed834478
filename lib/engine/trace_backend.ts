/**
 * A tensorflow.js backend that computes nothing: each kernel call becomes nodes of a graph.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Value } from "./value.ts";
import type { GraphBuilder } from "./graph_builder.ts";
import { type NamedAttrMap, type TensorInfo, tf } from "./tf.ts";

/** The name under which the backend is registered. */
export const traceBackendName = "trace";

/** What a kernel's translation sees. */
export interface KernelCall {
  readonly build: GraphBuilder;
  /** Tensor inputs by tensorflow.js' name; a list of tensors has the names "0", "1" … */
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attrs: Readonly<NamedAttrMap>;
  /** The kernel's name, for error messages. */
  readonly kernel: string;
}

/** Translates one kernel call into nodes and returns its result. */
export type Kernel = (call: KernelCall) => Value | readonly Value[];

/** The backend; one trace at a time fills its graph. */
export class TraceBackend extends tf.KernelBackend {
  #builder: GraphBuilder | undefined;
  #values = new WeakMap<object, Value>();
  #written = new WeakMap<
    object,
    { data: Float32Array | Int32Array | Uint8Array; shape: number[] }
  >();

  /** Runs `record` while kernel calls go to `builder`. */
  record<Result>(builder: GraphBuilder, record: () => Result): Result {
    this.#builder = builder;
    // What another trace computed means nothing here; what JavaScript wrote stays a constant.
    this.#values = new WeakMap();
    try {
      return record();
    } finally {
      this.#builder = undefined;
    }
  }

  /** The graph that is being filled. */
  get builder(): GraphBuilder {
    if (this.#builder) return this.#builder;
    throw new TunebookError("unsupported", "a traced tensor was used after its trace had ended");
  }

  /** The graph value behind a tensor; a number written by JavaScript becomes a constant. */
  valueFor(info: TensorInfo): Value {
    let value = this.#values.get(info.dataId);
    if (!value) {
      const written = this.#written.get(info.dataId);
      if (!written) {
        throw new TunebookError("unsupported", "a tensor of another trace was used in this one");
      }
      value = this.#constantOf(written, info);
      this.#values.set(info.dataId, value);
    }
    // A reshape in tensorflow.js may share the data under another shape.
    return this.builder.reshape(value, info.shape);
  }

  /** A tensorflow.js handle of a graph value. */
  infoFor(value: Value): TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    if (value.type === "int64" || value.type === "float16") {
      throw new TunebookError(
        "unsupported",
        `tensorflow.js has no ${value.type}: cast the value first`,
      );
    }
    // Nor has it numbers of eight bits; only kernels that know better read such a tensor.
    const dtype = value.type === "uint8" || value.type === "int8" ? "int32" : value.type;
    return { dataId, shape: [...value.shape], dtype };
  }

  #constantOf(
    { data, shape }: { data: Float32Array | Int32Array | Uint8Array; shape: number[] },
    info: TensorInfo,
  ): Value {
    const { openDims } = this.builder.graph;
    const type = info.dtype as "float32" | "int32" | "bool";
    if (!shape.some((dim) => openDims.isOpen(dim))) {
      return this.builder.constant(data, { type, shape });
    }
    if (!data.every((number) => number === data[0])) {
      throw new TunebookError(
        "unsupported",
        `a constant of the open shape [${shape}] has different numbers; it would be wrong for any ` +
          "other size. Compute it inside the program.",
      );
    }
    return this.builder.fill(shape, data[0], type);
  }

  override write(values: unknown, shape: number[], dtype: string): object {
    const dataId = {};
    const data = dtype === "float32"
      ? Float32Array.from(values as ArrayLike<number>)
      : dtype === "int32"
      ? Int32Array.from(values as ArrayLike<number>)
      : dtype === "bool"
      ? Uint8Array.from(values as ArrayLike<number>)
      : undefined;
    if (!data) throw new TunebookError("unsupported", `a graph cannot hold ${dtype} tensors`);
    this.#written.set(dataId, { data, shape });
    return dataId;
  }

  override move(dataId: object, values: unknown, shape: number[], dtype: string): void {
    const made = this.write(values, shape, dtype);
    this.#written.set(dataId, this.#written.get(made)!);
  }

  override readSync(): never {
    throw new TunebookError(
      "unsupported",
      "a program read the numbers of a tensor while it was traced; they are known only at run time",
    );
  }

  override read(): never {
    return this.readSync();
  }

  override numDataIds = () => 0;
  override disposeData = () => true;
  override incRef() {}
  decRef() {}
  override refCount = () => 1;
  override memory = () => ({ unreliable: true });
  override floatPrecision = () => 32 as const;
  override epsilon = () => 1e-7;
  override timerAvailable = () => false;
  override dispose() {}
}

let backend: TraceBackend | undefined;

/** The one trace backend, registered with tensorflow.js at its first use. */
export function traceBackend(kernels: Readonly<Record<string, Kernel>>): TraceBackend {
  if (backend) return backend;
  const made = new TraceBackend();
  tf.registerBackend(traceBackendName, () => made, 0);
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: ({ inputs, attrs }) => {
        const values: Record<string, Value> = {};
        for (const [name, info] of Object.entries(inputs)) {
          if (info) values[name] = made.valueFor(info as TensorInfo);
        }
        const build = made.builder;
        const result = kernel({ build, inputs: values, attrs: attrs ?? {}, kernel: kernelName });
        return isList(result) ? result.map((value) => made.infoFor(value)) : made.infoFor(result);
      },
    });
  }
  backend = made;
  return made;
}

/** True while calls are recorded, so that sizes may be markers of open dimensions. */
export function isTracing(): boolean {
  return tf.engine().backendName === traceBackendName;
}

/** True while calls are recorded and `size` is the marker of a size that is known only at run time. */
export function isOpenSize(size: number): boolean {
  return isTracing() && backend!.builder.graph.openDims.isOpen(size);
}

/**
 * True while calls are recorded for a graph that may have the runtime's own operators (`contrib`), those
 * that only processors have and nobody takes a gradient of (`infers`), products of whole numbers, or what
 * the provider for processors alone has (`processor`).
 */
export function tracesFor(what: "contrib" | "infers" | "integers" | "processor"): boolean {
  if (!isTracing()) return false;
  const { options } = backend!.builder;
  return what === "integers" ? options.integers !== undefined : options[what] === true;
}

function isList(result: Value | readonly Value[]): result is readonly Value[] {
  return Array.isArray(result);
}

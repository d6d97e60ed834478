/**
 * The sessions that transformers.js has opened for a model, fed with numbers instead of texts.
 *
 * @module
 */

/** Numbers with their shape. */
export interface ReaderTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** One graph of a model that a reader has opened. */
export interface ReaderSession {
  /** Feeds int32, which the graph has as int64, or float32, which it may have as float16. */
  run(
    feeds: Readonly<Record<string, ReaderTensor>>,
  ): Promise<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
}

/** A tensor of ONNX Runtime. */
interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint16Array<ArrayBuffer> | Float16Array<ArrayBuffer>;
}

/** What is asked of ONNX Runtime's session. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly inputMetadata?: readonly { readonly name: string; readonly type?: string }[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Record<string, RuntimeTensor>>;
}

/** What is asked of the class of tensors that transformers.js exports. */
export type TensorClass = new (
  type: string,
  data: unknown,
  dims: readonly number[],
) => { readonly ort_tensor: unknown };

/** Feeds of the session's own inputs; others are left out. */
export function readerSession(session: RuntimeSession, Tensor: TensorClass): ReaderSession {
  const types = new Map(session.inputMetadata?.map(({ name, type }) => [name, type]));
  const tensorOf = (name: string, { shape, data }: ReaderTensor) => {
    if (data instanceof Int32Array) {
      return new Tensor("int64", BigInt64Array.from(data, BigInt), shape);
    }
    return types.get(name) === "float16"
      ? new Tensor("float16", new Uint16Array(Float16Array.from(data).buffer), shape)
      : new Tensor("float32", data, shape);
  };
  return {
    async run(feeds) {
      const given = Object.fromEntries(
        session.inputNames.map((name) => [name, tensorOf(name, feeds[name]).ort_tensor]),
      );
      const results = await session.run(given);
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, {
          shape: tensor.dims,
          data: floatsOf(tensor),
        }]),
      );
    },
  };
}

function floatsOf({ type, data }: RuntimeTensor): Float32Array {
  if (type !== "float16") return data as Float32Array;
  if (!(data instanceof Uint16Array)) return Float32Array.from(data);
  return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length));
}

/**
 * The floating-point types that a merged model is written in, and what does not fit into them.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import type { Dtype } from "../weights/dtype.ts";
import type { TensorData, TensorToWrite } from "../weights/write_safetensors.ts";

/** A type by the name that `config.json` gives it. */
export type FloatDtype = "float32" | "float16" | "bfloat16";

/** All names. */
export const floatDtypes: readonly FloatDtype[] = ["float32", "float16", "bfloat16"];

/** The same in a file of weights. */
export const storedDtypes: Readonly<Record<FloatDtype, Dtype & ("F32" | "F16" | "BF16")>> = {
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

/** The least size that rounds to infinity: half a step above the largest number of the type. */
const limits: Readonly<Record<FloatDtype, number>> = {
  float32: Infinity,
  float16: 65520,
  bfloat16: (2 - 2 ** -8) * 2 ** 127,
};

/**
 * Notes the tensors with numbers that `dtype` does not hold, while they are written; `check` throws an
 * error of kind "output" that names them all.
 */
export function watchRange(dtype: FloatDtype): {
  watched(tensor: TensorToWrite): TensorToWrite;
  check(folder: string): void;
} {
  const limit = limits[dtype];
  const beyond: string[] = [];
  const look = (name: string, data: TensorData): TensorData => {
    if (data instanceof Uint8Array) return data;
    let largest = 0;
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
    if (largest >= limit) beyond.push(`tensor "${name}" holds a number of size ${largest}`);
    return data;
  };
  return {
    watched(tensor) {
      const { name, data } = tensor;
      if (limit === Infinity) return tensor;
      return {
        ...tensor,
        data: async () => look(name, typeof data === "function" ? await data() : data),
      };
    },
    check(folder) {
      if (beyond.length === 0) return;
      throw mistakes(
        "output",
        `${folder} cannot be written in ${dtype}, whose numbers end below ${limit}; write ` +
          `${dtype === "float16" ? "bfloat16 or float32" : "float32"}:`,
        beyond,
      );
    },
  };
}

/**
 * Writes matrices the way transformers saves them with bitsandbytes: NF4 or FP4 with double
 * quantisation. `bitsandbytes.ts` describes and reads the same tensors.
 *
 * @module
 */
import { codeBook, type QuantizationFormat } from "../engine/mod.ts";
import { nestMaxima } from "./double_quantisation.ts";
import { blockMaxima, fourBitCodes } from "./four_bit.ts";
import { blockSizeOf } from "./quantize_weight.ts";
import type { TensorToWrite } from "./write_safetensors.ts";

/** The formats that bitsandbytes has. */
export type BitsandbytesFormat = Extract<QuantizationFormat, "nf4" | "fp4">;

/** The tensors of one matrix; it is read and quantised for each of them in turn. */
export function bitsandbytesTensors(
  format: BitsandbytesFormat,
  name: string,
  shape: readonly number[],
  read: () => Float32Array,
): TensorToWrite[] {
  const blockSize = blockSizeOf(format);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const blocks = Math.ceil(size / blockSize);
  const nested = () => nestMaxima(blockMaxima(read(), blockSize));
  const { map, offset, scales, blockSize: nestedBlockSize } = nested();
  const state = new TextEncoder().encode(JSON.stringify({
    quant_type: format,
    blocksize: blockSize,
    dtype: "float32",
    shape,
    nested_blocksize: nestedBlockSize,
    nested_dtype: "float32",
    nested_offset: offset,
  }));
  const part = (
    role: string,
    dtype: "U8" | "F32",
    dims: number[],
    data: TensorToWrite["data"],
  ) => ({
    name: `${name}.${role}`,
    dtype,
    shape: dims,
    data,
  });
  return [
    {
      name,
      dtype: "U8",
      shape: [Math.ceil(size / 2), 1],
      data: () => fourBitCodes(format, read(), blockSize),
    },
    part("absmax", "U8", [blocks], () => nested().codes),
    part("quant_map", "F32", [16], Float32Array.from(codeBook(format)!)),
    part("nested_absmax", "F32", [scales.length], scales),
    part("nested_quant_map", "F32", [map.length], map),
    part(`quant_state.bitsandbytes__${format}`, "U8", [state.length], state),
  ];
}

/** What `config.json` says of such a model; `skipped` are layers that stay float32. */
export function bitsandbytesConfig(
  format: BitsandbytesFormat,
  skipped: readonly string[],
): Record<string, unknown> {
  return {
    quant_method: "bitsandbytes",
    load_in_4bit: true,
    load_in_8bit: false,
    bnb_4bit_quant_type: format,
    bnb_4bit_use_double_quant: true,
    bnb_4bit_compute_dtype: "float32",
    bnb_4bit_quant_storage: "uint8",
    llm_int8_skip_modules: skipped,
  };
}

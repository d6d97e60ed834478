/**
 * Reads checkpoints that transformers has saved with bitsandbytes: 4 bits (`nf4`, `fp4`, with or
 * without double quantisation) and LLM.int8. The numbers are those of the file, quantised once.
 *
 * 4 bits: `<name>` [n/2, 1], `<name>.absmax`, `<name>.quant_map`, for double quantisation
 * `<name>.nested_absmax` and `<name>.nested_quant_map`, and as JSON in bytes
 * `<name>.quant_state.bitsandbytes__<type>`. LLM.int8: `<layer>.weight` int8, `<layer>.SCB`, the
 * absolute maximum of each row, and `<layer>.weight_format`.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";
import { reasonOf } from "../core/reason.ts";
import {
  blocksPerRow,
  codeBook,
  dequantize,
  type QuantizedLayout,
  type QuantizedWeight,
  sizeOf,
} from "../engine/mod.ts";
import { checkCompanions, companionsOf, floats } from "./bitsandbytes_companions.ts";
import { unnestMaxima } from "./double_quantisation.ts";
import { finite, storedAs } from "./finite.ts";
import { blockSizeOf } from "./quantize_weight.ts";
import type { TensorInfo, Weights } from "./weights.ts";

/** A checkpoint whose quantised matrices look like float32 ones. */
export interface QuantizedFile {
  /** Every matrix by its name, without the tensors that describe its quantisation. */
  readonly weights: Weights;
  /** The quantised ones by their names, as they are held. */
  readonly quantized: ReadonlyMap<string, QuantizedWeight>;
}

const stateName = /^(.+)\.quant_state\.bitsandbytes__(\w+)$/;
/** The block sizes that the runtime's product takes. */
const blockSizes = [16, 32, 64, 128, 256];
/** LLM.int8 divides a row by this share of its absolute maximum (arXiv 2208.07339). */
const byteSteps = 127;
const byteOffset = 128;

/** Finds the matrices that bitsandbytes has quantised. Errors are of kind `weights`. */
export function readBitsandbytes(stored: Weights): QuantizedFile {
  const quantized = new Map<string, QuantizedWeight>();
  const details = new Set<string>();
  for (const name of stored.tensors.keys()) {
    const [, matrix, type] = stateName.exec(name) ?? [];
    const layer = /^(.+)\.SCB$/.exec(name)?.[1]?.replace(/\.weight$/, "");
    if (matrix !== undefined) quantized.set(matrix, fourBits(stored, matrix, type));
    else if (layer !== undefined && stored.tensors.get(`${layer}.weight`)?.dtype === "I8") {
      quantized.set(`${layer}.weight`, eightBits(stored, layer, name));
      details.add(name).add(`${layer}.weight_format`);
    }
  }
  if (quantized.size === 0) return { weights: stored, quantized };
  const isDetail = (name: string) =>
    details.has(name) || stateName.test(name) ||
    /\.(?:absmax|quant_map|nested_absmax|nested_quant_map)$/.test(name);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, info] of stored.tensors) {
    const weight = quantized.get(name);
    if (weight) {
      const shape = [weight.outFeatures, weight.inFeatures];
      tensors.set(name, { ...info, dtype: "F32", shape, bytes: 4 * sizeOf(shape) });
    } else if (!isDetail(name)) tensors.set(name, info);
  }
  const readFloat32Sync = (name: string) => {
    const weight = quantized.get(name);
    return weight ? dequantize(weight) : stored.readFloat32Sync(name);
  };
  const view: Weights = {
    ...stored,
    tensors,
    readFloat32Sync,
    // deno-lint-ignore require-await -- throws must become rejections
    readFloat32: async (name) => readFloat32Sync(name),
    async read(name) {
      const weight = quantized.get(name);
      if (!weight) return await stored.read(name);
      const shape = [weight.outFeatures, weight.inFeatures];
      return { dtype: "F32", shape, bytes: new Uint8Array(dequantize(weight).buffer) };
    },
  };
  return { weights: view, quantized };
}

function fourBits(stored: Weights, name: string, type: string): QuantizedWeight {
  const refuse = (what: string, cause?: unknown) =>
    new TunebookError("weights", `${stored.path}: ${name} ${what}`, { cause });
  if (type !== "nf4" && type !== "fp4") throw refuse(`is quantised as ${type}, not nf4 or fp4`);
  const part = (role: string) => `${name}.${role}`;
  const { shape, blocksize: blockSize, ...nested } = readState(
    stored,
    part(`quant_state.bitsandbytes__${type}`),
    refuse,
  );
  if (!blockSizes.includes(blockSize)) {
    throw refuse(`has blocks of ${blockSize} numbers; sizes that work: ${blockSizes.join(", ")}`);
  }
  const [outFeatures, inFeatures] = shape;
  const isNested = stored.tensors.has(part("nested_absmax"));
  checkCompanions(stored, companionsOf(name, { shape, blockSize, isNested, ...nested }), refuse);
  const book = stored.readFloat32Sync(part("quant_map"));
  if (codeBook(type)!.some((number, i) => Math.fround(number) !== book[i])) {
    throw refuse(`has another code book than ${type}`);
  }
  return {
    format: type,
    outFeatures,
    inFeatures,
    blockSize,
    codes: () => stored.readSync(name).bytes,
    scales() {
      const read = (role: string) => finiteIn(stored, part(role));
      if (!isNested) return read("absmax");
      return unnestMaxima({
        codes: stored.readSync(part("absmax")).bytes,
        map: read("nested_quant_map"),
        scales: read("nested_absmax"),
        offset: nested.nested_offset!,
        blockSize: nested.nested_blocksize!,
      });
    },
  };
}

function finiteIn(stored: Weights, name: string): Float32Array {
  return finite(stored.readFloat32Sync(name), storedAs(stored, name));
}

interface QuantState {
  readonly shape: readonly [number, number];
  readonly blocksize: number;
  readonly nested_offset?: number;
  readonly nested_blocksize?: number;
}

function readState(
  stored: Weights,
  name: string,
  refuse: (what: string, cause?: unknown) => TunebookError,
): QuantState {
  try {
    const text = new TextDecoder().decode(stored.readSync(name).bytes);
    const state = parseJson(text) as QuantState;
    const { shape, blocksize, nested_offset: offset, nested_blocksize: nestedSize } = state;
    const isMatrix = Array.isArray(shape) && shape.length === 2 && shape.every(isSize);
    const isNested = (offset === undefined || Number.isFinite(offset)) &&
      (nestedSize === undefined || isSize(nestedSize));
    if (!isMatrix || !isSize(blocksize) || !isNested) {
      throw new Error(text.length > shownState ? `${text.slice(0, shownState)} …` : text);
    }
    return state;
  } catch (error) {
    throw refuse(`has a quantisation state that cannot be read: ${reasonOf(error)}`, error);
  }
}

/** Characters of a state that cannot be read. */
const shownState = 200;

const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

function eightBits(stored: Weights, layer: string, maximaName: string): QuantizedWeight {
  const name = `${layer}.weight`;
  const format = `${layer}.weight_format`;
  const { shape } = stored.tensors.get(name)!;
  const refuse = (what: string) => new TunebookError("weights", `${stored.path}: ${name} ${what}`);
  if (shape.length !== 2) throw refuse(`has ${shape.length} axes; a quantised matrix has two`);
  const [outFeatures, inFeatures] = shape;
  checkCompanions(stored, [
    { name: maximaName, dtypes: floats, count: outFeatures, unit: "numbers" },
    ...stored.tensors.has(format) ? [{ name: format, count: 1, unit: "numbers" as const }] : [],
  ], refuse);
  if (stored.tensors.has(format) && stored.readFloat32Sync(format)[0] !== 0) {
    throw refuse("is laid out for one kind of GPU; save it with bitsandbytes 0.45 or newer");
  }
  const layout: QuantizedLayout = {
    format: "int8",
    outFeatures,
    inFeatures,
    blockSize: blockSizeOf("int8"),
  };
  const blocks = blocksPerRow(layout);
  const perRow = blocks * layout.blockSize;
  return {
    ...layout,
    codes() {
      const { bytes } = stored.readSync(name);
      const codes = new Uint8Array(outFeatures * perRow).fill(byteOffset);
      for (let row = 0; row < outFeatures; row++) {
        for (let column = 0; column < inFeatures; column++) {
          // Adding 128 to a signed byte turns it into the same number above the zero point.
          codes[row * perRow + column] = bytes[row * inFeatures + column] ^ byteOffset;
        }
      }
      return codes;
    },
    scales() {
      const maxima = finiteIn(stored, maximaName);
      return Float32Array.from(
        { length: outFeatures * blocks },
        (_, i) => maxima[Math.floor(i / blocks)] / byteSteps,
      );
    },
  };
}

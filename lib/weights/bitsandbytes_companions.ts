/**
 * The tensors beside a matrix that bitsandbytes has quantised: their types and sizes follow from it.
 *
 * @module
 */
import type { TunebookError } from "../core/errors.ts";
import { sizeOf } from "../engine/mod.ts";
import { nestedBlockSize } from "./double_quantisation.ts";
import type { Weights } from "./weights.ts";

/** A tensor that belongs to a quantised matrix. */
export interface Companion {
  readonly name: string;
  /** Its types; absent where only the bytes count. */
  readonly dtypes?: readonly string[];
  readonly count: number;
  readonly unit: "numbers" | "bytes";
}

/** The types of numbers that are no codes. */
export const floats: readonly string[] = ["F32", "F16", "BF16"];

/** How a matrix was quantised to four bits. */
export interface FourBitState {
  readonly shape: readonly [number, number];
  readonly blockSize: number;
  /** Whether the blocks' absolute maxima are quantised themselves. */
  readonly isNested: boolean;
  readonly nested_blocksize?: number;
}

const codesPerByte = 2;
const bookCodes = 16;
const nestedCodes = 256;

/** The tensors that a matrix of four bits needs. */
export function companionsOf(
  name: string,
  { shape: [outFeatures, inFeatures], blockSize, isNested, ...nested }: FourBitState,
): Companion[] {
  const { nested_blocksize = nestedBlockSize } = nested;
  const numbers = outFeatures * inFeatures;
  const blocks = Math.ceil(numbers / blockSize);
  const part = (role: string, dtypes: readonly string[], count: number): Companion => ({
    name: `${name}.${role}`,
    dtypes,
    count,
    unit: "numbers",
  });
  return [
    // bnb_4bit_quant_storage packs the same bytes into tensors of other types.
    { name, count: Math.ceil(numbers / codesPerByte), unit: "bytes" },
    part("quant_map", floats, bookCodes),
    part("absmax", isNested ? ["U8"] : floats, blocks),
    ...isNested
      ? [
        part("nested_quant_map", floats, nestedCodes),
        part("nested_absmax", floats, Math.ceil(blocks / nested_blocksize)),
      ]
      : [],
  ];
}

/** Refuses tensors of another type or size than the matrix needs: reading them would give wrong numbers. */
export function checkCompanions(
  { tensors }: Weights,
  companions: readonly Companion[],
  refuse: (what: string) => TunebookError,
): void {
  for (const { name, dtypes, count, unit } of companions) {
    const found = tensors.get(name);
    if (!found) throw refuse(`has no tensor "${name}"`);
    if (dtypes && !dtypes.includes(found.dtype)) {
      throw refuse(`needs "${name}" as ${dtypes.join(" or ")}, not ${found.dtype}`);
    }
    const has = unit === "bytes" ? found.bytes : sizeOf(found.shape);
    if (has !== count) throw refuse(`needs ${count} ${unit} in "${name}", which has ${has}`);
  }
}

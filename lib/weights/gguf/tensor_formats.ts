/**
 * Every format that tunebook reads, and the names of the others.
 *
 * @module
 */
import { blockFormats } from "./block_formats.ts";
import { kFormats } from "./k_formats.ts";
import { plainFormats } from "./plain_formats.ts";
import type { TensorFormat } from "./tensor_format.ts";

/** The formats that are read. */
export const tensorFormats: readonly TensorFormat[] = [
  ...plainFormats,
  ...blockFormats,
  ...kFormats,
];

/** `ggml_type` of ggml.h: the names of formats that are not read. */
const others: Readonly<Record<number, string>> = {
  4: "Q4_2",
  5: "Q4_3",
  9: "Q8_1",
  10: "Q2_K",
  11: "Q3_K",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

/** The format of a type's number, or the name of one that is not read. */
export function tensorFormatOf(type: number): TensorFormat | string {
  return tensorFormats.find((format) => format.type === type) ?? others[type] ??
    `type ${type}, which tunebook does not know`;
}

/**
 * How many numbers an attention head has, as a config says it.
 *
 * @module
 */
import type { ConfigReader } from "./config_reader.ts";

/** A field with its value. */
type FieldValue = readonly [field: string, value: number];

/**
 * The field `head_dim`, or the share of each head where it is absent, which must then be a whole number. Models with
 * fewer heads than they were trained with have the field.
 */
export function readHeadSize(
  read: ConfigReader,
  [heads, numHeads]: FieldValue,
  [hidden, hiddenSize]: FieldValue,
): number {
  if ((read.value("head_dim") ?? undefined) !== undefined) return read.size("head_dim");
  read.divides(heads, numHeads, hidden, hiddenSize);
  return hiddenSize / numHeads;
}

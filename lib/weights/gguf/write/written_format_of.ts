/**
 * Which format a tensor is written in.
 *
 * @module
 */
import { type WrittenFormat, type WrittenFormatName, writtenFormats } from "./written_formats.ts";

/** Tables that llama.cpp's converter leaves in float32, and those that lose the most by 4 bits. */
const [plainTables, words] = [/^position_embd\./, /^(?:token_embd|output)\./];

/**
 * The format of a tensor in a file of `format`: vectors and tables of positions stay in float32, rows
 * that are no whole blocks become F16, as llama.cpp's converter does. In a file of Q4_0 the words and
 * the head are Q8_0, where llama.cpp takes a format of more bits for the head, too.
 */
export function writtenFormatOf(
  name: string,
  shape: readonly number[],
  format: WrittenFormatName,
): WrittenFormat {
  if (shape.length === 1 || plainTables.test(name)) return writtenFormats.F32;
  const wanted = writtenFormats[format === "Q4_0" && words.test(name) ? "Q8_0" : format];
  return shape.at(-1)! % wanted.blockSize === 0 ? wanted : writtenFormats.F16;
}

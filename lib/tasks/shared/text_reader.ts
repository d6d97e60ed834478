/**
 * How transformers.js asks a model to go on with a text.
 *
 * @module
 */
import type { ReaderContract } from "../../nn/reader_contract.ts";
import type { Table } from "../../table/table.ts";
import { writtenReader } from "./written_reader.ts";

/** `text-generation` with the texts that `inputsOf` finds in held-out rows. */
export function textReader(inputsOf: (table: Table) => string[]): ReaderContract<string, string> {
  return writtenReader<string>({
    pipeline: "text-generation",
    kind: "text",
    inputsOf,
    textOf: (found) => (found as { generated_text: string }[])[0].generated_text,
    options: { return_full_text: false },
  });
}

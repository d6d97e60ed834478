/**
 * How transformers.js asks a model of sources and targets.
 *
 * @module
 */
import type { ReaderContract } from "../../nn/reader_contract.ts";
import { columnValues } from "../../table/columns.ts";
import { writtenReader } from "../shared/written_reader.ts";
import type { PairSettings } from "./examples.ts";

/** What the pipelines call the text that they give. */
const textFields: Readonly<Record<string, string>> = {
  "text2text-generation": "generated_text",
  translation: "translation_text",
  summarization: "summary_text",
};

/** The contract of the task of that name, which is the pipeline's. */
export function pairReader(
  name: string,
  { source, prefix = "" }: PairSettings,
): ReaderContract<string, string> {
  const contract = writtenReader<string>({
    pipeline: name,
    inputsOf: (table) => columnValues(table, source).map(String),
    textOf: (found) => (found as Record<string, string>[])[0][textFields[name]],
  });
  return {
    ...contract,
    // The pipeline puts no prefix of ours before a source.
    ask: (reader, inputs, processor) =>
      contract.ask(reader, inputs.map((input) => `${prefix}${input}`), processor),
  };
}

/**
 * How transformers.js asks a model of sources and targets.
 *
 * @module
 */
import type { Processor } from "../../nn/processor.ts";
import type { ReaderContract } from "../../nn/reader_contract.ts";
import { columnValues } from "../../table/columns.ts";
import { writtenReader } from "../shared/written_reader.ts";
import { type PairSettings, seq2seqProcessor } from "./examples.ts";
import { sidesOf } from "./languages.ts";

/** What the pipelines call the text that they give. */
const textFields: Readonly<Record<string, string>> = {
  "text2text-generation": "generated_text",
  translation: "translation_text",
  summarization: "summary_text",
};

/** The contract of the task of that name, which is the pipeline's. */
export function pairReader(
  name: string,
  settings: PairSettings,
): ReaderContract<string, string> {
  const { source, prefix = "" } = settings;
  const contract = writtenReader<string>({
    pipeline: name,
    kind: "target",
    inputsOf: (table) => columnValues(table, source).map(String),
    textOf: (found) => (found as Record<string, string>[])[0][textFields[name]],
  });
  // The pipeline puts nothing of ours before a source.
  const beforeSource = (processor: Processor) => {
    const { tokenizer } = seq2seqProcessor(name, processor);
    const { sourceMark = "" } = sidesOf(name, tokenizer, settings);
    return sourceMark + prefix;
  };
  return {
    ...contract,
    limit(about) {
      const limit = contract.limit!(about);
      return about.hasLongRows
        ? `${limit}. Of a source that is too long it also cuts the token that ends it`
        : limit;
    },
    request: (processor) => ({ kind: "target", before: beforeSource(processor) }),
    ask(reader, inputs, processor) {
      const before = beforeSource(processor);
      return contract.ask(reader, inputs.map((input) => before + input), processor);
    },
  };
}

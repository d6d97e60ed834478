/**
 * How a model of sources and targets is asked to write.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Writing } from "../../nn/writing.ts";
import { aroundText } from "../../text/around_text.ts";
import { type PairSettings, seq2seqProcessor } from "./examples.ts";
import { sidesOf } from "./languages.ts";
import { pairCases } from "./pair_cases.ts";

/**
 * Sources are read as in the training. The decoder begins with the family's first token, or with the
 * target's language where the family does; a language that stands before the text is forced. Answers end
 * with the token that the tokenizer puts behind texts.
 */
export function pairWriting(name: string, settings: PairSettings): Writing<string> {
  const { prefix = "" } = settings;
  const partsOf = (processor: Processor) => {
    const own = seq2seqProcessor(name, processor);
    return { ...own, sides: sidesOf(name, own.tokenizer, settings) };
  };
  return {
    cases: (table, _processor, where) => pairCases(table, settings, where),
    promptOf(_, processor) {
      const { decoder: { startId, startsWithLast }, sides, maxTokens } = partsOf(processor);
      if (!startsWithLast) return Int32Array.of(startId);
      const { ids } = sides.target.encode("", maxTokens);
      return Int32Array.of(ids.at(-1) ?? startId);
    },
    sourceOf(input, processor, where) {
      if (typeof input !== "string") {
        throw new TunebookError("input", `${where} is ${shownValue(input)}, but must be a text`);
      }
      const { sides, maxTokens } = partsOf(processor);
      const { ids } = sides.source.encode(`${prefix}${input}`, maxTokens);
      if (ids.length > 0) return ids;
      throw new TunebookError("input", `${where} is empty`);
    },
    forcedFirstToken: (processor) => partsOf(processor).sides.forcedFirstId,
    // Behind it may stand the language, which nobody writes.
    endTokens: ({ tokenizer }) => aroundText(tokenizer).behind.slice(0, 1),
  };
}

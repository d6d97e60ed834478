/**
 * How transformers.js asks a model that writes, and how what it writes is compared.
 *
 * @module
 */
import type {
  AnswerDifference,
  ExpectedAnswer,
  ReaderContract,
  WrittenAnswer,
} from "../../nn/reader_contract.ts";
import { quoted } from "../../core/quoted.ts";
import type { Table } from "../../table/table.ts";

/** What differs between tasks. */
export interface WrittenReaderOptions<Input> {
  /** The pipeline's name. */
  readonly pipeline: string;
  /** What the model is given. */
  readonly kind: "text" | "chat" | "target";
  /** What the model is to go on from, out of held-out rows. */
  inputsOf(table: Table): Input[];
  /** The written text out of what the pipeline gives for one input. */
  textOf(found: unknown): string;
  /** Further arguments of the pipeline. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Tokens that are compared; the first ones tell most. */
export const comparedTokens = 12;

/** The contract of a task whose model writes. */
export function writtenReader<Input>(
  { pipeline, kind, inputsOf, textOf, options = {} }: WrittenReaderOptions<Input>,
): ReaderContract<Input, string> {
  return {
    pipeline,
    inputsOf,
    joined: () => [],
    longInputs: () => true,
    request: () => ({ kind }),
    limit: () =>
      "transformers.js goes on behind the end of a text as long as others of its batch have not " +
      "ended: ask its pipeline for one text at a time. It writes up to 256 tokens, whatever the folder " +
      "says: give max_new_tokens, which with what the model reads must fit its positions",
    async ask(reader, inputs) {
      const settings = { max_new_tokens: comparedTokens, do_sample: false, num_beams: 1 };
      const found = [];
      for (const input of inputs) found.push(await reader.ask(input, { ...settings, ...options }));
      return found;
    },
    compare: (found, { written }: ExpectedAnswer<Input, string>, tolerance) =>
      compareWritten(textOf(found), written!, tolerance),
    sizeOf: () => 1,
  };
}

/**
 * Equal texts differ by 0; the space before the first word is the reader's, who decodes the prompt, too;
 * others differ by how far the token led that another was written for. Two runtimes round differently: where
 * that lead, a difference of logarithms of probabilities, is below the tolerance, either may be first.
 */
function compareWritten(
  found: string,
  { text, steps }: WrittenAnswer,
  tolerance: number,
): AnswerDifference {
  const [theirs, ours] = [found.trimStart(), text.trimStart()];
  if (theirs === ours) return { difference: 0, text: { isSame: true, hasSameFirstToken: true } };
  const at = steps.findIndex((step) => !theirs.startsWith(step.text.trimStart()));
  const lead = Math.min(...partings(steps, at).map(({ lead }) => lead));
  const agreed = { difference: lead, text: { isSame: false, hasSameFirstToken: at !== 0 } };
  if (lead < tolerance) return agreed;
  return {
    ...agreed,
    problem: `it writes ${quoted(found)}, and the trained model ${quoted(text)}`,
  };
}

/**
 * Where two texts may have parted: at the first step that another text does not begin with, or at one of those just before
 * it, or of the last ones where there is none, whose tokens show nothing, such as the one that ends a text.
 */
function partings(steps: WrittenAnswer["steps"], at: number): WrittenAnswer["steps"] {
  const showsNothing = (step: number) => steps[step].text === (steps[step - 1]?.text ?? "");
  const found = at < 0 ? [] : [steps[at]];
  for (let step = (at < 0 ? steps.length : at) - 1; step >= 0 && showsNothing(step); step--) {
    found.push(steps[step]);
  }
  return found;
}

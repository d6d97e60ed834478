/**
 * The signals of a request's rows.
 *
 * @module
 */
import { answerSignals } from "./signals/answer_signals.ts";
import { joinSignals, type RowSignals } from "./signals/row_signals.ts";
import { mostCharacters, textSignals, textsOfInput } from "./signals/text_signals.ts";

/** How many tokens a text has, and which. */
export type TokensOf = (text: string) => Promise<readonly { readonly id: number }[]>;

/** What signals are made with. */
export interface SignalSource {
  /** False for tasks on images, whose inputs may be paths. */
  readonly readsTexts: boolean;
  /** The token of what the vocabulary lacks; absent where there is none. */
  readonly unknownToken?: number | undefined;
  readonly tokensOf?: TokensOf | undefined;
}

/** The signals of inputs with their answers, one for each input. */
export async function requestSignals(
  inputs: readonly unknown[],
  answers: readonly unknown[],
  source: SignalSource,
): Promise<RowSignals[]> {
  const found: RowSignals[] = [];
  for (const [row, input] of inputs.entries()) {
    const own = source.readsTexts
      ? await inputSignals(input, source)
      : { numbers: {}, classes: {} };
    found.push(joinSignals(own, answerSignals(answers[row])));
  }
  return found;
}

/** The signals of an input. */
async function inputSignals(
  input: unknown,
  { unknownToken, tokensOf }: SignalSource,
): Promise<RowSignals> {
  const texts = textsOfInput(input);
  if (unknownToken === undefined || !tokensOf) return textSignals(texts);
  let [unknown, all] = [0, 0];
  for (const text of texts) {
    const tokens = await tokensOf(text.slice(0, mostCharacters));
    all += tokens.length;
    unknown += tokens.filter(({ id }) => id === unknownToken).length;
  }
  return textSignals(texts, all > 0 ? unknown / all : 0);
}

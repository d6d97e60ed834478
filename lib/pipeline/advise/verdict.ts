/**
 * What to do, in a plain sentence.
 *
 * @module
 */
import type { Evidence } from "./evidence.ts";
import { bestBaseline } from "./evidence.ts";
import { majority, nearestNeighbours } from "./probe.ts";
import { isDrifting, isEasy, isLeaking, isNoisy, isTooSmall } from "./findings.ts";

/** What to do. */
export type VerdictKind =
  | "fine-tune"
  | "split anew"
  | "clean the texts"
  | "get more rows"
  | "clean the labels"
  | "simple is enough"
  | "undecided";

/** What to do, and why. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** What to do in a sentence. */
  readonly sentence: string;
}

/** The first thing to do: scores that mean nothing come before too few rows, and these before what to train. */
export function verdictOf(evidence: Evidence): Verdict {
  const { leakage, drift, noise, size, gain, method, difference } = evidence;
  if (isLeaking(evidence)) {
    const what = leakage.groups && leakage.groups.rows >= leakage.rows.length
      ? `each ${leakage.groups.column} on one side alone`
      : "rows that are alike on one side alone";
    return told(
      "split anew",
      `Split the rows anew, with ${what}: scores on these would be too good.`,
    );
  }
  if (leakage.words.length > 0) {
    return told(
      "clean the texts",
      "Clean the texts first: a word gives the label away, which new texts will not have.",
    );
  }
  if (isDrifting(evidence)) {
    return told(
      "split anew",
      `Split the rows anew by ${
        drift!.order
      }, the latest for testing: rows change with time, so that rows ` +
        "held out at random promise too much.",
    );
  }
  // Wrong labels make answers differ by chance, so that more rows seem to be needed.
  if (isNoisy(evidence)) {
    const share = Math.round(100 * noise!.share.mean);
    return told(
      "clean the labels",
      `Clean the labels first: about ${share} % are likely wrong, in the training rows and so in the scores.`,
    );
  }
  if (isTooSmall(evidence)) {
    return told(
      "get more rows",
      `Get more rows: a difference of ${difference} needs ${
        size!.neededRows
      } test rows, and there are ` +
        `${size!.allRows} rows in all.`,
    );
  }
  const simple = bestBaseline(evidence)?.name;
  if (simple === majority.name && !(gain && gain.low > 0)) {
    return told(
      "undecided",
      "The most frequent answer is as good as anything that was tried: the texts may not tell what is asked, or " +
        "the model does not know their language.",
    );
  }
  if (isEasy(evidence)) {
    return told(
      "simple is enough",
      `${
        simple === nearestNeighbours.name ? "Nearest neighbours" : `A ${simple}`
      } on the untrained model's ` +
        `vectors will do: fine-tuning has less than ${difference} to add.`,
    );
  }
  if (gain && !(gain.low > 0)) {
    return told(
      "undecided",
      `Fine-tuning was not seen to help within the time: give it more minutes, or take the ${gain.over}.`,
    );
  }
  if (simple === undefined) {
    return told(
      "undecided",
      "Nothing that could be looked at speaks against fine-tuning, but what it would gain is not known.",
    );
  }
  return told("fine-tune", `Fine-tune, with ${method.method} to begin with.`);
}

function told(kind: VerdictKind, sentence: string): Verdict {
  return { kind, sentence };
}

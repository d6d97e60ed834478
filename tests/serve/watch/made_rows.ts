/**
 * Made-up reviews with made-up answers, for tests of the watch.
 *
 * @module
 */
import type { Random } from "../../../lib/core/random.ts";
import { wilsonInterval } from "../../../lib/core/wilson_interval.ts";
import { logistic } from "../../../lib/serve/watch/accuracy/platt_scaling.ts";
import {
  type ReferenceProfile,
  referenceProfile,
} from "../../../lib/serve/watch/profile/reference_profile.ts";
import { requestSignals } from "../../../lib/serve/watch/request_signals.ts";

const words = {
  films: ["film", "plot", "actor", "scene", "story", "ending", "music", "director"],
  phones: ["phone", "battery", "case", "charger", "sound", "headset", "screen", "signal"],
  both: ["the", "was", "very", "good", "bad", "not", "and", "it", "I", "this", "with", "great"],
};

/** A review with what a model said, and whether that is right. */
export interface MadeRow {
  readonly text: string;
  readonly answer: { readonly label: string; readonly probabilities: Record<string, number> };
  readonly isRight: boolean;
  readonly confidence: number;
}

/** So many reviews; of phones the model is less sure, and as often right as it says. */
export function madeRows(rows: number, of: "films" | "phones", random: Random): MadeRow[] {
  return Array.from({ length: rows }, () => {
    const length = 6 + random.integer(10);
    const text = Array.from({ length }, () => {
      const from = random.uniform() < 0.3 ? words[of] : words.both;
      return from[random.integer(from.length)];
    }).join(" ");
    const confidence = logistic(Math.abs(random.normal() * (of === "films" ? 3 : 1)));
    const label = random.uniform() < 0.5 ? "good" : "bad";
    const other = label === "good" ? "bad" : "good";
    const probabilities = { [label]: confidence, [other]: 1 - confidence };
    const isRight = random.uniform() < confidence;
    return { text, answer: { label, probabilities }, isRight, confidence };
  });
}

/** The profile of made-up reviews. */
export async function madeProfile(rows: readonly MadeRow[]): Promise<ReferenceProfile> {
  const isRight = rows.map((row) => row.isRight);
  return referenceProfile({
    task: "text-classification",
    readsTexts: true,
    signals: await requestSignals(
      rows.map(({ text }) => text),
      rows.map(({ answer }) => answer),
      { readsTexts: true },
    ),
    answered: { confidences: rows.map(({ confidence }) => confidence), isRight },
    accuracy: wilsonInterval(isRight.filter(Boolean).length, rows.length),
    scores: {},
  });
}

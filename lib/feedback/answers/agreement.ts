/**
 * How far the people agree, for each way to judge.
 *
 * @module
 */
import { cohenKappa } from "../agreement/cohen_kappa.ts";
import {
  krippendorffAlpha,
  type Rating,
  type RatingLevel,
} from "../agreement/krippendorff_alpha.ts";
import { type FeedbackKind, feedbackKinds } from "../item.ts";
import { judgedKinds } from "../kinds/kinds.ts";
import type { JudgedItem } from "./answer_rows.ts";

/** How far people agree. */
export interface FeedbackAgreement {
  readonly kind: FeedbackKind;
  /** How values are compared: rankings by ranks, pairs with a tie between the two answers. */
  readonly level: RatingLevel;
  readonly raters: number;
  /** Items that two or more people judged. */
  readonly items: number;
  /** Krippendorff's alpha; NaN where nothing can be said yet. */
  readonly alpha: number;
  /** Cohen's kappa of exactly two people, on what both judged; undefined with fewer or more. */
  readonly kappa: number | undefined;
}

/** Agreement of each kind that two or more people judged; of edited answers nothing is said. */
export function agreementOf(items: readonly JudgedItem[]): FeedbackAgreement[] {
  return feedbackKinds.filter((kind) => kind !== "edit").flatMap((kind) => {
    const own = items.filter((each) => each.kind === kind && each.records.length > 1);
    if (own.length === 0) return [];
    const { level, ratings } = judgedKinds[kind];
    const names = [...new Set(own.flatMap(({ records }) => records.map(({ rater }) => rater)))];
    const columns: Rating[][] = names.map(() => []);
    for (const { content, records } of own) {
      const said = new Map(records.map(({ rater, value }) => [rater, ratings(value!, content)]));
      const units = said.values().next().value!.length;
      names.forEach((name, at) => {
        const values = said.get(name) ?? new Array<null>(units).fill(null);
        for (const value of values) columns[at].push(value);
      });
    }
    return [{
      kind,
      level,
      raters: names.length,
      items: own.length,
      alpha: krippendorffAlpha(columns, { level }),
      kappa: names.length === 2
        ? cohenKappa(columns[0] as number[], columns[1] as number[])
        : undefined,
    }];
  });
}

/**
 * What groups of rows are told, and how far they are apart.
 *
 * @module
 */

/** Rows of one group: what was said, and what is so. */
export interface GroupRows {
  readonly name: string;
  /** Whether each row was given the label that counts. */
  readonly chosen: readonly boolean[];
  /** Whether each row has it. */
  readonly truly: readonly boolean[];
  /** Whether each row was labelled rightly. */
  readonly right: readonly boolean[];
}

/** Shares of a group's rows; NaN where there are no rows that it could be a share of. */
export interface GroupRates {
  /** Rows that were given the label. */
  readonly selectionRate: number;
  /** Of the rows that have it, those that were given it. */
  readonly truePositiveRate: number;
  /** Of the others, those that were given it all the same. */
  readonly falsePositiveRate: number;
  readonly accuracy: number;
}

/** How far the groups are apart. */
export interface RateGaps {
  /** The largest selection rate less the smallest: 0 is demographic parity. */
  readonly demographicParity: number;
  /** The larger one of the gaps of both rates: 0 is equalised odds (Hardt et al. 2016). */
  readonly equalisedOdds: number;
  /** The gap of the true positive rates. */
  readonly equalOpportunity: number;
  readonly accuracy: number;
}

/** The rates of a group, of all its rows or of those that were drawn. */
export function ratesOf(
  { chosen, truly, right }: Omit<GroupRows, "name">,
  drawn?: ArrayLike<number>,
): GroupRates {
  let [positive, selected, hits, accurate] = [0, 0, 0, 0];
  const rows = drawn?.length ?? chosen.length;
  for (let at = 0; at < rows; at++) {
    const row = drawn ? drawn[at] : at;
    positive += Number(truly[row]);
    selected += Number(chosen[row]);
    hits += Number(chosen[row] && truly[row]);
    accurate += Number(right[row]);
  }
  return {
    selectionRate: selected / rows,
    truePositiveRate: hits / positive,
    falsePositiveRate: (selected - hits) / (rows - positive),
    accuracy: accurate / rows,
  };
}

/** The gaps between groups; a rate that a group does not have is left out. */
export function gapsOf(groups: readonly GroupRates[]): RateGaps {
  const gap = (rate: keyof GroupRates) => {
    const values = groups.map((group) => group[rate]).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? NaN : Math.max(...values) - Math.min(...values);
  };
  const equalOpportunity = gap("truePositiveRate");
  return {
    demographicParity: gap("selectionRate"),
    equalisedOdds: Math.max(equalOpportunity, gap("falsePositiveRate")),
    equalOpportunity,
    accuracy: gap("accuracy"),
  };
}

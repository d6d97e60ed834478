/**
 * What a verifier compares an answer with: a column of the row.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { RewardSample } from "../../nn/reward.ts";

/** The value of a column; `null` where the row has none, to which a verifier does not apply. */
export function rowValue({ row }: Pick<RewardSample, "row">, column: string): unknown {
  if (!Object.hasOwn(row, column)) {
    throw new TunebookError(
      "data",
      `its row has no column ${shownName(column)}; it has ${
        Object.keys(row).map(shownName).join(", ") || "none"
      }`,
    );
  }
  return row[column] ?? null;
}

/** The error for a column that holds what the verifier cannot compare with. */
export function wrongValue(column: string, value: unknown, wants: string): TunebookError {
  return new TunebookError(
    "data",
    `the column ${shownName(column)} is ${shownValue(value)}, but must be ${wants}`,
  );
}

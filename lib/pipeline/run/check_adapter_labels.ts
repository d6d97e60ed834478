/**
 * Makes sure that an adapter's head means what the run's labels say.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import { givesNumber } from "./gives_number.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** Refuses an adapter that was made for other labels: it would give every score another meaning. */
export function checkAdapterLabels(
  trained: readonly string[] | undefined,
  { task, labels }: AnyLabelledTask,
): void {
  if (!trained || givesNumber(task) || String(trained) === String(labels)) return;
  throw new TunebookError(
    "input",
    `the adapter was trained on ${named(trained)}, but the data has ` +
      `${named(labels)}; use data with the same labels`,
  );
}

function named(labels: readonly string[]): string {
  return labels.length > 0
    ? `the labels ${labels.map(shownName).join(", ")}`
    : "no labels (next tokens)";
}

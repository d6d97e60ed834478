/**
 * What tasks say of their rows beside the data report.
 *
 * @module
 */
import type { AnyExamples } from "./assemble_stage.ts";

/** The notes of each split, one line each, with its name. */
export function notesOf(
  splits: Readonly<Record<string, Pick<AnyExamples, "notes"> | undefined>>,
): string[] {
  return Object.entries(splits).flatMap(([name, examples]) =>
    (examples?.notes ?? []).map((note) => `${name}: ${note}`)
  );
}

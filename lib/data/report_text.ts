/**
 * The report of a data set for people.
 *
 * @module
 */
import { quoted, shownName } from "../core/quoted.ts";
import { shortened } from "../core/text_table.ts";
import { visibleLines } from "../core/visible.ts";
import type { SplitReport } from "./split_report.ts";

const shownClasses = 12;
const shownCharacters = 60;

/** A line for each split, and what to look at; `noun` is what rows show the model. */
export function reportText(
  { splits, shared, absent, notes }: Omit<SplitReport, "toString">,
  noun = "text",
): string {
  const lines = splits.map((split) => {
    const parts = [`${split.name}: ${counted(split.rows, "row")}`];
    const shown = split.classes.slice(0, shownClasses);
    if (shown.length > 0) {
      const more = split.classes.length - shown.length;
      parts.push(
        shown.map((entry) => `${shownName(entry.name)}: ${percent(entry.share)}`).join(", ") +
          (more > 0 ? ` and ${more} more classes` : ""),
      );
    }
    if (split.range) {
      const { smallest, mean, largest } = split.range;
      parts.push(`labels ${short(smallest)} … ${short(largest)}, mean ${short(mean)}`);
    }
    if (split.tokens) {
      const { half, most, nearly, all } = split.tokens;
      parts.push(`tokens: half ≤ ${half}, 90 % ≤ ${most}, 99 % ≤ ${nearly}, longest ${all}`);
    }
    if (split.duplicates > 0) {
      const other = split.contradictions > 0 ? ` (${split.contradictions} with another label)` : "";
      parts.push(counted(split.duplicates, `repeated ${noun}`) + other);
    }
    return parts.join(" · ");
  });
  for (const { first, second, rows, examples } of shared) {
    const texts = examples.map((text) => quoted(shortened(text, shownCharacters))).join(", ");
    const have = rows === 1 ? "has" : "have";
    const what = `${counted(rows, "row")} of ${second} ${have}`;
    const more = rows > examples.length ? ", …" : "";
    lines.push(
      `${what} ${
        /^[aeiou]/.test(noun) ? "an" : "a"
      } ${noun} that is also in ${first}: ${texts}${more}`,
    );
  }
  for (const { split, labels } of absent) {
    lines.push(`labels of ${split} that train lacks: ${labels.map(shownName).join(", ")}`);
  }
  return visibleLines([...lines, ...notes].join("\n"));
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Four digits are enough to see a scale. */
function short(number: number): string {
  return String(Number(number.toPrecision(4)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

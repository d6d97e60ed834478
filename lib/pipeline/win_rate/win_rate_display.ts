/**
 * A win rate for people.
 *
 * @module
 */
import { bundleOf, customInspect, type MimeBundle, withDisplay } from "../../core/display.ts";
import { html, htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import type { ComparedAnswers, WinRate } from "./win_rate.ts";

/** Pairs that are shown: some that were lost, some that were won. */
const shownPairs = 8;
const shownCharacters = 160;
const titles = ["prompt", "trained", "base", "better"];

/** A win rate that shows itself. */
export function shownWinRate(found: Omit<WinRate, "toString">): WinRate {
  const text = describe(found);
  const whole = { ...found, toString: () => text };
  const shown = withDisplay(whole, () => displayOf(found, text));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function describe(
  { winRate, low, high, wins, ties, losses }: Omit<WinRate, "toString" | "compared">,
): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const prompts = wins + ties + losses;
  return `the trained model wins ${percent(winRate)} % of ${prompts} prompt${
    prompts === 1 ? "" : "s"
  } ` +
    `(${percent(low)} to ${percent(high)} % on other prompts, 95 %): ${wins} won, ${ties} tied, ` +
    `${losses} lost`;
}

function displayOf(
  { compared }: Pick<WinRate, "compared">,
  text: string,
): MimeBundle {
  const lost = compared.filter(({ winner }) => winner === "base");
  const others = compared.filter(({ winner }) => winner !== "base");
  const half = Math.max(shownPairs / 2, shownPairs - others.length);
  const chosen = [...lost.slice(0, half)];
  chosen.push(...others.slice(0, shownPairs - chosen.length));
  const rows = chosen.map(({ prompt, trained, base, winner }: ComparedAnswers) =>
    [prompt, trained, base].map((each) => shortened(each.trim(), shownCharacters) || "(nothing)")
      .concat(winner)
  );
  const caption = `${chosen.length} of ${compared.length} prompts, lost ones first`;
  return bundleOf(
    `${text}\n${visibleLines(textTable(titles, rows))}`,
    htmlFrame(
      html`<p style="margin:.2em 0">${text}</p>`,
      htmlTable({ caption, columns: titles.map((title) => ({ title })), rows }),
    ),
  );
}

/**
 * Sampled answers with what they were worth, as a table.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import type { RolloutSample } from "../../nn/rollout.ts";
import { formatNumber } from "./format_number.ts";

/** Answers of the first and of the last steps that are shown. */
const shownAnswers = 8;
const shownCharacters = 160;

/** The answers, which show themselves: some of the first steps and some of the last. */
export function shownRollouts(samples: readonly RolloutSample[]): readonly RolloutSample[] {
  return withDisplay([...samples], (all) => {
    const chosen = all.length <= 2 * shownAnswers
      ? all
      : [...all.slice(0, shownAnswers), ...all.slice(-shownAnswers)];
    const names = Object.keys(chosen[0]?.rewards ?? {});
    const each = names.length > 1 ? names : [];
    const titles = ["step", "prompt", "answer", "tokens", "reward", ...each, "advantage"];
    const rows = chosen.map((sample) => [
      String(sample.step),
      shortened(sample.prompt, shownCharacters),
      `${shortened(sample.completion, shownCharacters)}${sample.finished ? "" : " …"}`,
      String(sample.tokens),
      Number.isNaN(sample.reward) ? "none applies" : formatNumber(sample.reward),
      ...each.map((name) => {
        const { [name]: value } = sample.rewards;
        return value === null ? "" : formatNumber(value);
      }),
      formatNumber(sample.advantage),
    ]);
    const align = titles.map((title) =>
      title === "prompt" || title === "answer" ? undefined : "right" as const
    );
    const caption = `${chosen.length} of ${all.length} sampled answers`;
    const columns = titles.map((title, at) => ({
      title,
      ...(align[at] ? { align: align[at] } : {}),
    }));
    return bundleOf(
      `${caption}\n${textTable(titles, rows, align)}`,
      htmlFrame(htmlTable({ caption, columns, rows })),
    );
  });
}

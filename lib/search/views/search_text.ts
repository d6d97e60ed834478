/**
 * A search in plain text: facts, the best trials as a table, and small bars.
 *
 * @module
 */
import { sparkline } from "../../core/sparkline.ts";
import { textTable } from "../../core/text_table.ts";
import { type CompleteTrial, completeTrials, lossOf, type SearchHistory } from "../history.ts";
import { shareText, type ShownImportance, shownImportances } from "./importance_chart.ts";
import { frontOf } from "./pareto_front_chart.ts";
import { bestTrials, dimensionTitles, numberText, valueText } from "./viewed_search.ts";

/** Trials in a table. */
const shownTrials = 10;
const barCharacters = 24;
const sparks = 40;
const states = ["complete", "pruned", "failed", "pending"] as const;

/** A table of trials, for any place. */
export interface TrialTable {
  readonly caption: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The title and how many trials there are of each kind. */
export function countsText({ trials }: SearchHistory): string {
  const counts = states.flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const all = `${trials.length} trial${trials.length === 1 ? "" : "s"}`;
  return counts.length === 0 ? all : `${all}: ${counts.join(", ")}`;
}

/** The best trials by their first aim; of several aims those of the Pareto front. */
export function trialTable(history: SearchHistory, names: readonly string[]): TrialTable {
  const isFront = names.length > 1;
  const all = isFront ? frontOf(history).best : bestTrials(history);
  const shown = all.slice(0, shownTrials);
  const { dimensions } = history;
  const titles = dimensionTitles(dimensions);
  // What none of them has would be an empty column.
  const used = dimensions.filter(({ name }) =>
    shown.some(({ point }) => Object.hasOwn(point, name))
  );
  const more = all.length > shown.length ? `, ${shown.length} of ${all.length}` : "";
  return {
    caption: (isFront ? "Pareto front: none is better by all aims" : "The best trials") + more,
    titles: ["trial", ...names, ...used.map((dimension) => titles.get(dimension)!)],
    rows: shown.map(({ number, values, point }) => [
      String(number),
      ...values.map(numberText),
      ...used.map((each) =>
        Object.hasOwn(point, each.name) ? valueText(each, point[each.name]) : "–"
      ),
    ]),
  };
}

/** The best trial in a line, by its first aim. */
export function bestText(history: SearchHistory, names: readonly string[]): string {
  const [best] = bestTrials(history);
  if (best === undefined) return "no trial is complete yet";
  const values = names.map((name, aim) => `${name} ${numberText(best.values[aim])}`);
  return `best${names.length > 1 ? ` ${names[0]}` : ""}: trial ${best.number}, ${
    values.join(", ")
  }`;
}

/** The whole search in text. */
export function searchText(
  history: SearchHistory,
  title: string,
  names: readonly string[],
): string {
  const table = trialTable(history, names);
  const complete = completeTrials(history).toSorted((a, b) => a.number - b.number);
  const importances = names.map((_, aim) => shownImportances(history, aim));
  return [
    `${title}: ${countsText(history)}`,
    bestText(history, names),
    ...complete.length > 1
      ? names.map((name, aim) =>
        `${name}, best so far ${sparkline(running(history, complete, aim), sparks)}`
      )
      : [],
    ...table.rows.length === 0 ? [] : [
      "",
      table.caption,
      textTable(table.titles, table.rows, table.titles.map(() => "right")),
    ],
    ...importances.flatMap((shown, aim) =>
      canTell(shown) ? ["", `importance for ${names[aim]}`, barsText(shown)] : []
    ),
  ].join("\n");
}

/** Whether any importance can be told yet. */
export function canTell(shown: readonly ShownImportance[]): boolean {
  return shown.some(({ share }) => share > 0);
}

/** The best value up to each trial. */
function running(
  { better }: SearchHistory,
  trials: readonly CompleteTrial[],
  aim: number,
): number[] {
  let best: number | undefined;
  return trials.map(({ values }) => {
    const isBetter = best === undefined ||
      lossOf(values[aim], better[aim]) < lossOf(best, better[aim]);
    return best = isBetter ? values[aim] : best!;
  });
}

function barsText(shown: readonly ShownImportance[]): string {
  return textTable(
    ["parameter", "share", ""],
    shown.map(({ title, share }) => [
      title,
      shareText(share),
      "█".repeat(Math.round(share * barCharacters)),
    ]),
    ["left", "right"],
  );
}

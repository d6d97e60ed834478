/**
 * `docs/matrix.md`, out of the outcomes of a run.
 *
 * @module
 */
import { type Cell, cellName, sides, targetNames } from "./cell.ts";
import type { Outcome } from "./outcome.ts";
import { reasonOf } from "./reason.ts";
import type { Results } from "./results.ts";

/** The page, of the cells that have been run. */
export function matrixPage(cells: readonly Cell[], results: Results, date: string): string {
  const run = cells.filter((cell) => results.has(cellName(cell)));
  const outcomes = run.flatMap((cell) => results.get(cellName(cell))!);
  const trainings = outcomes.filter(({ target }) => target === undefined);
  return [
    "# What goes with what",
    "",
    `Made by \`deno task matrix --write\` (${date}), not by hand. Each task × family × method × device is tried on a tiny model: trained for two steps, scored, deployed, proved by the target's receipt, opened again and asked; or it is refused before the first step, and the reason stands below. The lists are those of the code (\`lib/tasks\`, \`lib/models\`, \`lib/adapters\`, \`lib/deploy\`). Of each training some targets are written in turns, so that each task and family, and each method, has every target; for the others it is checked that they take the model. [tests/matrix](../tests/matrix/matrix.ts) does it, and a seeded part runs with the tests.`,
    "",
    ...progressLines(cells.length, trainings, outcomes),
    "",
    "## What works",
    "",
    ...worksTable(trainings),
    "",
    "## What is refused before a training",
    "",
    ...refusedTable(trainings, ["Tasks", "Families", "Methods"]),
    "",
    ...faultLines(outcomes),
    "## Targets",
    "",
    ...targetTable(outcomes),
    "",
    "## What targets refuse, before a training",
    "",
    ...refusedTable(outcomes.filter(({ target }) => target !== undefined), [
      "Targets",
      "Tasks",
      "Families",
      "Methods",
    ]),
    "",
  ].join("\n");
}

const count = (outcomes: readonly Outcome[], ending: Outcome["ending"]) =>
  outcomes.filter((each) => each.ending === ending).length;
const shown = (number: number) => number.toLocaleString("en");

function progressLines(
  all: number,
  trainings: readonly Outcome[],
  outcomes: readonly Outcome[],
): string[] {
  const run = trainings.length;
  const faults = count(outcomes, "raw");
  const written = outcomes.filter(({ target, ending }) =>
    target !== undefined && ending === "works"
  );
  const part = run < all
    ? `**${shown(run)} of ${shown(all)} trainings have been run**; the others are in no table. `
    : `All ${shown(all)} trainings have been run. `;
  return [
    `${part}${shown(count(trainings, "works"))} work and ${
      shown(count(trainings, "refused"))
    } are refused; ` +
    `${shown(written.length)} deployments were written and proved, ${
      shown(count(outcomes, "accepted"))
    } more ` +
    `are accepted. ${
      faults === 0 ? "None ended in any other way." : `**${shown(faults)} ended in another way.**`
    }`,
  ];
}

/** What ended otherwise, one line each. */
function faultLines(outcomes: readonly Outcome[]): string[] {
  const faults = outcomes.filter(({ ending }) => ending === "raw");
  if (faults.length === 0) return [];
  const lines = faults.map((each) => {
    const [reason] = each.reason!.split("\n");
    return `- \`${cellName(each)}\`, ${each.target ?? "the training"}: ${reason}`;
  });
  return ["## Faults", "", ...lines, ""];
}

/** Task → the families and methods that train it. */
function worksTable(trainings: readonly Outcome[]): string[] {
  const rows = sides.task.map((task) => {
    const works = trainings.filter((each) => each.task === task && each.ending === "works");
    return [
      `\`${task}\``,
      listOf(works.map(({ family }) => family), "family"),
      listOf(works.map(({ method }) => method), "method"),
      shown(works.length),
    ];
  });
  return markdownTable(["Task", "Families", "Methods", "Trainings"], rows);
}

/** Target → how often it was written, accepted and refused. */
function targetTable(outcomes: readonly Outcome[]): string[] {
  const rows = targetNames.map((target) => {
    const own = outcomes.filter((each) => each.target === target);
    const counts = (["works", "accepted", "refused"] as const).map((ending) =>
      shown(count(own, ending))
    );
    return [`\`${target}\``, ...counts];
  });
  return markdownTable(["Target", "Written and proved", "Accepted", "Refused"], rows);
}

type Column = "Targets" | "Tasks" | "Families" | "Methods";

const sideOf: Readonly<Record<Column, "target" | "task" | "family" | "method">> = {
  Targets: "target",
  Tasks: "task",
  Families: "family",
  Methods: "method",
};

/** Reason → how many cells, and which. */
function refusedTable(outcomes: readonly Outcome[], columns: readonly Column[]): string[] {
  const groups = Map.groupBy(
    outcomes.filter(({ ending }) => ending === "refused"),
    reasonOf,
  );
  const rows = [...groups].sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, cells]) => [
      reason,
      ...columns.map((column) => {
        const side = sideOf[column];
        return listOf(cells.map((cell) => cell[side]!), side);
      }),
      shown(cells.length),
    ]);
  return markdownTable(["Reason", ...columns, "Cells"], rows);
}

/** The names of a side in its order; `all`, or `all but …` where few are missing. */
function listOf(names: readonly string[], side: keyof typeof sideLists): string {
  const found = new Set(names);
  const all = sideLists[side];
  const missing = all.filter((name) => !found.has(name));
  if (found.size === 0) return "none";
  if (missing.length === 0) return "all";
  if (missing.length <= 3 && found.size > 6) return `all but ${missing.join(", ")}`;
  return all.filter((name) => found.has(name)).join(", ");
}

const sideLists = { ...sides, target: targetNames };

/** A table of Markdown with the last column to the right. */
function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = columns.map((_, at) => at === columns.length - 1 ? "--:" : "---");
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

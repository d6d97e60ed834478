/**
 * What `evaluate` is given. A server checks it too, and needs no target for that.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import { metrics as knownMetrics } from "../metrics/mod.ts";

/** Throws an error of kind "input" for what is no set of named metrics, such as `accuracy` alone. */
export function checkMetrics(given: unknown): void {
  const call = (names: readonly string[]) => `.evaluate({ ${names.join(", ")} })`;
  const wanted = "evaluate takes metrics by the names that their scores get";
  if (isMetric(given)) {
    throw new TunebookError("input", `${wanted}: ${call([codeOf(given.name)])}`);
  }
  if (!isRecord(given)) {
    const list = Array.isArray(given) ? given : [given];
    const names = list.flatMap((each) =>
      isMetric(each)
        ? [codeOf(each.name)]
        : typeof each === "string" && Object.hasOwn(knownMetrics, each)
        ? [codeOf(each)]
        : []
    );
    throw new TunebookError(
      "input",
      `${wanted}: ${call(names.length > 0 ? names : ["accuracy"])}, but got ${
        names.length > 0 ? "a list or a text" : shownValue(given)
      }`,
    );
  }
  const wrong = Object.entries(given).filter(([, metric]) => !isMetric(metric))
    .map(([name, value]) => `the score ${name} is ${shownMetric(value)}`);
  if (wrong.length > 0) {
    throw mistakes(
      "input",
      "evaluate takes a metric for each score, such as accuracy or f1.macro:",
      wrong,
    );
  }
}

function isMetric(value: unknown): value is { readonly name: string } {
  return isRecord(value) && typeof value.compute === "function" && Array.isArray(value.kinds);
}

/** A metric as it stands in a call: what has a dot in its name needs one of its own. */
function codeOf(name: string): string {
  return /^\w+$/.test(name) ? name : `${name.replaceAll(/\W+/g, "_")}: ${name}`;
}

function shownMetric(value: unknown): string {
  if (typeof value === "string" && Object.hasOwn(knownMetrics, value)) {
    return `the text ${JSON.stringify(value)}: import { ${
      value.split(".")[0]
    } } from "tunebook" and give it without quotes`;
  }
  if (typeof value === "string") {
    return `the text ${JSON.stringify(value)}${didYouMean(value, Object.keys(knownMetrics))}`;
  }
  return typeof value === "function"
    ? `${shownValue(value)}: metric({ name, kinds, better, compute }) makes a metric of one`
    : shownValue(value);
}

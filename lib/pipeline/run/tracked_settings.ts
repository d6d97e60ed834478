/**
 * What those who follow a run are told of its plan.
 *
 * @module
 */
import { shownValue } from "../../core/shown_value.ts";
import { originOf } from "../../table/origin.ts";
import type { TrackedRun } from "../../track/tracker.ts";
import type { PlanSpec } from "../plan_spec.ts";

/** The plan's settings by dotted name; `name`, or the method, the data and the time, tells runs apart. */
export function trackedSettings(
  { model, quantize, layers, heads, feedForward, data: source, task, method, train }: PlanSpec,
  name: string | undefined,
): TrackedRun {
  const data = typeof source === "string" ? source : originOf(source) ?? `${source.numRows()} rows`;
  const time = new Date().toISOString().slice(0, 19).replace("T", " ");
  const settings = {
    model,
    quantize,
    layers,
    heads,
    feedForward,
    data,
    task: { name: task.name, ...task.settings },
    method: { name: method.method, ...method.settings },
    train,
  };
  return {
    name: name ?? `${method.method} on ${data}, ${time}`,
    settings: Object.fromEntries(flat(settings)),
  };
}

/** Objects in objects as one level. */
function flat(value: object, before = ""): [name: string, value: string][] {
  return Object.entries(value).filter(([, each]) => each !== undefined).flatMap(([key, each]) => {
    const name = `${before}${key}`;
    const isRecord = typeof each === "object" && each !== null && !Array.isArray(each);
    if (isRecord) return flat(each, `${name}.`);
    return [[name, typeof each === "string" ? each : shownValue(each)]];
  });
}

/**
 * A plan in words.
 *
 * @module
 */
import { visible } from "../../core/visible.ts";
import { type KeptLayers, shownLayers } from "../../models/kept_layers.ts";
import { originOf } from "../../table/origin.ts";
import { teachersOfTask } from "../../tasks/distillation/teachers_of_task.ts";
import { trainSettings } from "../../train/train_options.ts";
import { type DataSource, defaultTestShare, type PlanSpec } from "../plan_spec.ts";
import { scoreTitles } from "./score_titles.ts";

/** One line a stage. */
export function describePlan(parts: PlanSpec): string {
  const { task, split, method, metrics, targets } = parts;
  const settings = trainSettings(parts.train, method);
  // What a folder holds is known only when the plan runs.
  const rate = method.open && parts.train.learningRate === undefined
    ? "of the method"
    : settings.learningRate;
  const { test = defaultTestShare, validation } = split;
  const lines: [string, string][] = [
    [
      "model",
      parts.model + (parts.quantize ? ` in ${parts.quantize}` : "") +
      (parts.layers === undefined ? "" : `, ${describeLayers(parts.layers)}`) +
      (parts.heads === undefined ? "" : `, ${describeShare(parts.heads)} of its heads`) +
      (parts.feedForward === undefined
        ? ""
        : `, ${describeShare(parts.feedForward)} of its feed-forward width`),
    ],
    [
      "data",
      `${describeSource(parts.data)}: ${describeTask(task)}` +
      (validation === undefined ? "" : `, validation ${describeHeld(validation)}`) +
      `, test ${describeHeld(test)}`,
    ],
    ["adapt", `${method.method} ${describeSettings(method.settings)}`.trim()],
    [
      "train",
      `${settings.epochs} epoch${
        settings.epochs === 1 ? "" : "s"
      }, batch size ${settings.batchSize}` +
      (settings.accumulate > 1 ? ` × ${settings.accumulate}` : "") +
      `, learning rate ${rate} ${settings.schedule}, seed ${settings.seed}` +
      (settings.packing === "auto" ? "" : `, packing ${settings.packing ? "on" : "off"}`) +
      (settings.compute === "float32" ? "" : `, compute ${settings.compute}`) +
      (settings.sync ? `, sync every ${settings.sync.every} steps` : "") +
      (settings.shard ? `, shard ${settings.shard.megabytes} MB at once` : ""),
    ],
    [
      "evaluate",
      (Object.values(scoreTitles(metrics)).join(", ") || "nothing") +
      (parts.evaluateCompute === "int8" ? " in int8" : "") +
      (parts.evaluateBefore ? ", before the training, too" : ""),
    ],
    ...(parts.generate
      ? [["generate", describeSettings(parts.generate)] satisfies [string, string]]
      : []),
    ...(parts.features === undefined
      ? []
      : [["features", parts.features] satisfies [string, string]]),
    ...(parts.probes ? [["probe", describeProbes(parts.probes)] satisfies [string, string]] : []),
    ["deploy", targets.map(({ name, folder }) => `${name} → ${folder}`).join(", ") || "nothing"],
  ];
  const width = Math.max(...lines.map(([stage]) => stage.length));
  return lines.map(([stage, text]) => `${stage.padEnd(width)}  ${visible(text)}`).join("\n");
}

function describeProbes({ tests, named }: NonNullable<PlanSpec["probes"]>): string {
  return [
    ...tests.map(({ name }) => name),
    ...Object.entries(named).map(([name, { maxChange }]) =>
      `${name} (may change ${+(100 * maxChange).toFixed(1)} %)`
    ),
  ].join(", ");
}

function describeLayers(layers: KeptLayers): string {
  return typeof layers === "number"
    ? `its first ${layers} layers`
    : `its layers ${shownLayers(layers)}`;
}

function describeShare(share: number): string {
  return `${+(100 * share).toFixed(1)} %`;
}

function describeHeld(held: number | DataSource): string {
  return typeof held === "number" ? String(held) : describeSource(held);
}

function describeTask(
  { name, kind, settings, columns }: Pick<
    PlanSpec["task"],
    "name" | "kind" | "settings" | "columns"
  >,
): string {
  const { text, label, task } = settings;
  const teachers = teachersOfTask({ name, settings });
  if (teachers.length > 0) {
    const own = task as Pick<PlanSpec["task"], "name" | "settings">;
    return `${describeTask({ ...own, kind, columns })}, taught by ${teachers.join(", ")}`;
  }
  if (name === "text-generation") return `${text} → next token`;
  if (name === "text-classification") return `${text} → ${label} (${kind})`;
  return `${columns.join(", ")} (${name})`;
}

function describeSource(source: DataSource): string {
  if (typeof source === "string") return source;
  const rows = `${source.numRows()} rows`;
  const origin = originOf(source);
  return origin ? `${origin}, ${rows}` : rows;
}

function describeSettings(settings: object): string {
  return Object.entries(settings)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `${name} ${describeValue(value)}`)
    .join(", ");
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(describeValue).join(" + ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isEmpty(value: unknown): boolean {
  return value === false || value === undefined ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

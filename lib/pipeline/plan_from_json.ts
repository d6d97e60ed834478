/**
 * Plans out of plain JSON.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { methodOf } from "../adapters/mod.ts";
import { unknownOptions, valueMistakes } from "../core/check_options.ts";
import { messageOf, type Mistake, mistakeOf, mistakes, TunebookError } from "../core/errors.ts";
import { wholeShare } from "../core/option_rules.ts";
import { targetOf } from "../deploy/mod.ts";
import { quantizationFormatOf } from "../engine/mod.ts";
import { metricOf } from "../metrics/mod.ts";
import { taskOf } from "../tasks/mod.ts";
import type { Compute } from "../train/compute_option.ts";
import { type TrainOptions, trainSettings } from "../train/train_options.ts";
import { keptLayersRule } from "../models/kept_layers.ts";
import { newModelSettings } from "../models/fresh/new_settings.ts";
import { parseReference } from "../weights/reference.ts";
import {
  evaluateBeforeMistakes,
  evaluateComputeMistakes,
  featuresMistakes,
  writingMistakes,
  type WritingOptions,
} from "./evaluate_options.ts";
import { columnMistakes, planMistakes, splitMistakes } from "./plan_mistakes.ts";
import { type DataOptions, type PlanSpec, taskOfColumns } from "./plan_spec.ts";
import type { PlanJson } from "./plan_json.ts";
import { namedProbeMistakes, withProbes } from "./probe/plan_probes.ts";

const fields = [
  "tunebook",
  "model",
  "quantize",
  "layers",
  "heads",
  "feedForward",
  "data",
  "task",
  "columns",
  "split",
  "method",
  "train",
  "metrics",
  "generate",
  "features",
  "evaluateCompute",
  "evaluateBefore",
  "probe",
  "deploy",
];
/** Reads a plan's parts and reports every mistake in one error. */
export function specFromJson(json: unknown): PlanSpec {
  const wrong: Mistake[] = [];
  const attempt = <Value>(part: string, read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      const found = error instanceof TunebookError ? error.mistakes : [];
      const all = found.length > 0 ? found : [mistakeOf(() => messageOf(error))];
      wrong.push(...all.map((mistake) => ({ ...mistake, part })));
      return undefined;
    }
  };
  const plan = objectOf(json, "the plan") as Partial<Record<keyof PlanJson, unknown>>;
  wrong.push(...unknownFields(plan, fields));
  if (plan.tunebook !== 1) {
    wrong.push(
      mistakeOf(() => `tunebook is ${JSON.stringify(plan.tunebook) ?? "missing"}, but must be 1`),
    );
  }
  const model = attempt("model", () => {
    const reference = textOf(plan.model);
    const parsed = parseReference(reference);
    if (parsed.kind === "new") newModelSettings(parsed.modelType, parsed.options);
    return reference;
  });
  const quantize = attempt(
    "model",
    () => plan.quantize === undefined ? undefined : quantizationFormatOf(plan.quantize),
  );
  const size = attempt("model", () => keptOf(plan)) ?? {};
  const data = attempt("data", () => textOf(plan.data));
  const what = attempt(
    plan.task === undefined ? "columns" : "task",
    () => taskFromJson(plan, wrong),
  );
  const method = attempt("method", () => {
    const read = objectOf(plan.method, "method");
    wrong.push(...unknownFields(read, ["name", "settings"], "method"));
    const { name, settings = {} } = read;
    return methodOf(textOf(name, "name"), objectOf(settings, "settings"));
  });
  const train = attempt("train", () => {
    const options = objectOf(plan.train ?? {}, "train") as TrainOptions;
    trainSettings(options);
    return options;
  });
  const scores = attempt("metrics", () =>
    Object.fromEntries(
      Object.entries(objectOf(plan.metrics ?? {}, "metrics"))
        .map(([name, metric]) => [name, metricOf(textOf(metric, name))]),
    ));
  const generate = attempt("generate", () => {
    if (plan.generate === undefined) return undefined;
    const options = objectOf(plan.generate, "generate");
    wrong.push(...writingMistakes(options).map((mistake) => ({ ...mistake, part: "generate" })));
    return options as WritingOptions;
  });
  const scoring = scoringFromJson(plan, wrong);
  const places = attempt("deploy", () => {
    if (!Array.isArray(plan.deploy ?? [])) throw new Error("must be a list");
    return ((plan.deploy ?? []) as unknown[]).map((entry) => {
      const read = objectOf(entry, "an entry");
      wrong.push(...unknownFields(read, ["target", "folder", "options"], "deploy"));
      const { target, folder, options = {} } = read;
      const name = textOf(target, "target");
      return named(
        name,
        () => targetOf(name, textOf(folder, "folder"), objectOf(options, "options")),
      );
    });
  });
  if (wrong.length === 0) {
    wrong.push(...planMistakes({
      ...what!,
      train: train!,
      metrics: scores!,
      targets: places!,
      ...size,
      ...(generate ? { generate } : {}),
      ...scoring,
    }));
  }
  if (wrong.length > 0) throw mistakes("input", "this plan cannot be read:", wrong, wrong.length);
  return {
    model: model!,
    ...(quantize ? { quantize } : {}),
    ...size,
    data: data!,
    ...what!,
    method: method!,
    train: train!,
    metrics: scores!,
    ...(generate ? { generate } : {}),
    ...scoring,
    targets: places!,
  };
}

/** What of the model is kept. */
function keptOf(plan: Partial<Record<keyof PlanJson, unknown>>): KeptSize {
  const given = Object.fromEntries(
    (["layers", "heads", "feedForward"] as const).map((name) => [name, plan[name]])
      .filter(([, value]) => value !== undefined),
  );
  const wrong = valueMistakes(given, {
    layers: keptLayersRule,
    heads: wholeShare,
    feedForward: wholeShare,
  });
  if (wrong.length > 0) throw mistakes("input", "what is kept of the model makes no sense:", wrong);
  return given;
}

type KeptSize = Pick<PlanSpec, "layers" | "heads" | "feedForward">;

/** In which numbers scores are computed, of which features, and what is probed. */
function scoringFromJson(
  { evaluateCompute, evaluateBefore, features, probe }: Partial<Record<keyof PlanJson, unknown>>,
  wrong: Mistake[],
): Pick<PlanSpec, "evaluateCompute" | "evaluateBefore" | "features" | "probes"> {
  const told = {
    ...(evaluateCompute === undefined ? {} : { evaluateCompute: evaluateCompute as Compute }),
    ...(evaluateBefore === undefined ? {} : { evaluateBefore: evaluateBefore as boolean }),
    ...(features === undefined ? {} : { features: features as string }),
  };
  const mistakesOf = {
    evaluateCompute: evaluateComputeMistakes,
    evaluateBefore: evaluateBeforeMistakes,
    features: featuresMistakes,
  };
  for (const part of Object.keys(told) as (keyof typeof told)[]) {
    wrong.push(...mistakesOf[part](told[part]).map((mistake) => ({ ...mistake, part })));
  }
  if (probe === undefined) return told;
  const inProbe = namedProbeMistakes(probe);
  wrong.push(...inProbe.map((mistake) => ({ ...mistake, part: "probe" })));
  return inProbe.length > 0 ? told : { ...told, probes: withProbes(undefined, probe) };
}

/** The task of a plan, in its short form or by name. */
function taskFromJson(
  plan: Partial<Record<keyof PlanJson, unknown>>,
  wrong: Mistake[],
): Pick<PlanSpec, "task" | "split"> {
  if (plan.task === undefined) {
    const columns = objectOf(plan.columns, "columns");
    if (plan.split !== undefined) {
      wrong.push(
        mistakeOf(() =>
          "split belongs to task; beside columns the rows to hold out stand in columns"
        ),
      );
    }
    const found = columnMistakes(columns);
    if (found.length === 0) return taskOfColumns(columns as unknown as DataOptions);
    throw mistakes("input", "these columns make no sense:", found);
  }
  if (plan.columns !== undefined) {
    wrong.push(mistakeOf(() => "task and columns say the same thing; give one of them"));
  }
  const read = objectOf(plan.task, "task");
  wrong.push(...unknownFields(read, ["name", "settings"], "task"));
  const split = objectOf(plan.split ?? {}, "split");
  wrong.push(...splitMistakes(split).map((mistake) => ({ ...mistake, part: "split" })));
  const task = taskOf(textOf(read.name, "name"), objectOf(read.settings ?? {}, "settings"));
  return { task, split };
}

/** Reads one of several entries; what is wrong with its options is told with its name. */
function named<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TunebookError) || error.mistakes.length === 0) throw error;
    const own = error.mistakes.map(({ told }) => mistakeOf((nameOf) => `${name}: ${told(nameOf)}`));
    throw mistakes("input", error.message, own);
  }
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (isRecord(value)) {
    return value as Record<string, unknown>;
  }
  throw new TunebookError(
    "input",
    `${name} is ${JSON.stringify(value) ?? "missing"}, not an object`,
  );
}

function textOf(value: unknown, name = "it"): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TunebookError("input", `${name} is ${JSON.stringify(value) ?? "missing"}, not a text`);
}

function unknownFields(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  part?: string,
): Mistake[] {
  return unknownOptions(given, known, "field")
    .map((mistake) => ({ ...mistake, ...(part === undefined ? {} : { part }) }));
}

/**
 * What can be wrong with a plan before anything is read.
 *
 * @module
 */
import { optionMistakes, unknownOptions, valueMistakes } from "../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../core/errors.ts";
import { integer, record, required, type Rule, type Rules, text } from "../core/option_rules.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import { metricNamesOf } from "../metrics/mod.ts";
import { readRules } from "../table/read_table.ts";
import {
  textClassificationMistakes,
  textClassificationRules,
} from "../tasks/text_classification.ts";
import { probeMistakes } from "./probe/probe_mistakes.ts";
import type { DataOptions, PlanSpec, SplitSettings } from "./plan_spec.ts";

const heldOut: Rule = [
  "a share between 0 and 1, a number of rows, a file, an address, a data set's name or a table",
  (value) =>
    isTable(value) || (typeof value === "string" && value !== "") ||
    (typeof value === "number" && value > 0 && (value < 1 || Number.isSafeInteger(value))),
];
const splitRules: Rules<SplitSettings> = {
  test: heldOut,
  validation: heldOut,
  seed: integer,
  read: record,
};
const columnRules: Rules<DataOptions> = { ...textClassificationRules, ...splitRules };

/** The short form of a task, `{ text, label, … }`. */
export function columnMistakes(columns: object): Mistake[] {
  const { test: _, validation: __, seed: ___, read, ...own } = columns as DataOptions;
  const known = Object.keys(columnRules);
  const isOwn = ([name]: [string, unknown]) => Object.hasOwn(textClassificationRules, name);
  const others = unknownOptions(columns, known);
  const rest = [...valueMistakes(columns, splitRules), ...readMistakes(read)];
  const given = Object.fromEntries(Object.entries(own).filter(isOwn)) as Partial<DataOptions>;
  if (given.label !== undefined) return [...others, ...textClassificationMistakes(given), ...rest];
  return [
    ...others,
    ...valueMistakes(given, { text: required(text) }),
    ...Object.entries(given).filter(([name, value]) => name !== "text" && value !== undefined)
      .map(([name]) =>
        optionMistake(
          name,
          "needs a label: without one the model learns the next token of the text",
        )
      ),
    ...rest,
  ];
}

/** What is wrong with data that is neither a table nor a text that names one. */
export function sourceMistake(source: unknown): string | undefined {
  if ((typeof source === "string" && source !== "") || isTable(source)) return undefined;
  const given = Array.isArray(source)
    ? "a list; tableFromRows(list) makes a table"
    : source instanceof Promise
    ? "a promise; write await before it"
    : typeof source === "function"
    ? `${shownValue(source)}; call it, with await: await ${source.name || "read"}()`
    : typeof source === "object" && source !== null && "train" in source
    ? "an object of splits; give the training rows first and the others with the options, " +
      ".data(train, { …, test, validation })"
    : shownValue(source);
  return `the data must be a table, a file, an address or a data set's name, but is ${given}`;
}

/** What is wrong with the rows to hold out. */
export function splitMistakes(split: object): Mistake[] {
  return [
    ...optionMistakes(split, splitRules),
    ...readMistakes((split as SplitSettings).read),
  ];
}

/** What is wrong with how files are read; the settings are called `read.quote` and so on. */
function readMistakes(read: unknown): Mistake[] {
  if (!isRecord(read)) return [];
  const { omit, ...others } = read as Record<string, unknown>;
  const useless = optionMistake(
    "read.omit",
    "has no use: a plan reads only the columns that it names; readTable takes it",
  );
  const wrong = optionMistakes(others, readRules).map(({ option, told }): Mistake => ({
    ...(option === undefined ? {} : { option: `read.${option}` }),
    told: (nameOf) => told((name) => nameOf(`read.${name}`)),
  }));
  return omit === undefined ? wrong : [...wrong, useless];
}

/** What is wrong with settings for files where there are none, if anything. */
export function uselessRead(
  source: unknown,
  { test, validation, read }: SplitSettings,
): string | undefined {
  if (read === undefined || [source, test, validation].some((each) => typeof each === "string")) {
    return undefined;
  }
  return "read says how files are read, but the rows of this plan are in memory; " +
    "give readTable(path, { … }) these options";
}

function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "numRows" in value;
}

/** What a task's predictions are called. */
export function describeKind(
  { name, kind, sampledKind }: Pick<PlanSpec["task"], "name" | "kind" | "sampledKind">,
): string {
  if (sampledKind !== undefined) return `prompts of ${name}`;
  if (kind === "language") return "next tokens (the data has no label)";
  return name === "text-classification" ? `labels of kind "${kind}"` : name;
}

/** The kinds of predictions of what models make: next tokens write texts, and denoisers draw. */
const madeKinds: Readonly<Record<string, string>> = {
  language: "text",
  preference: "text",
  denoising: "features",
};

/** The kinds of predictions that metrics may score. */
export function scoredKinds(
  { kind, sampledKind }: Pick<PlanSpec["task"], "kind" | "sampledKind">,
): readonly string[] {
  return [
    ...(sampledKind === undefined ? [] : [sampledKind]),
    kind,
    ...(Object.hasOwn(madeKinds, kind) ? [madeKinds[kind]] : []),
  ];
}

/** Targets whose folders go on top of the whole base. */
const ofWholeBase: readonly string[] = ["adapter", "adapters"];

/** Stages that do not fit together. */
export function planMistakes(
  {
    task,
    split,
    train,
    metrics,
    generate,
    features,
    layers,
    heads,
    feedForward,
    probes,
    targets = [],
  }:
    & Pick<
      PlanSpec,
      | "task"
      | "split"
      | "train"
      | "metrics"
      | "generate"
      | "features"
      | "layers"
      | "heads"
      | "feedForward"
      | "probes"
    >
    & Partial<Pick<PlanSpec, "targets">>,
): Mistake[] {
  const what = describeKind(task);
  const kinds = scoredKinds(task);
  const wrong: Mistake[] = Object.entries(metrics)
    .filter(([, metric]) => !metric.kinds.some((kind) => kinds.includes(kind)))
    .map(([name, metric]) => ({
      part: "metrics",
      ...mistakeOf(() =>
        `the score ${name}: ${metric.name} does not score ${what}. Metrics that do: ${
          kinds.flatMap(metricNamesOf).join(", ")
        }`
      ),
    }));
  const inTrain = (option: string, words: string) =>
    wrong.push({ part: "train", ...optionMistake(option, words) });
  for (const setting of ["keepBest", "patience", "validateEvery"] as const) {
    if (train[setting] && split.validation === undefined) {
      inTrain(setting, "needs validation rows: give the data a validation share");
    }
  }
  const writes = `is for tasks whose model writes, not for ${what}`;
  if (train.samples && kinds.length === 1) inTrain("samples", writes);
  if (generate && !kinds.includes("text")) wrong.push(mistakeOf(() => `generate ${writes}`));
  if (features !== undefined && !kinds.includes("features")) {
    wrong.push(mistakeOf(() => `features are of drawn images, not of ${what}`));
  }
  for (const { name } of targets.filter(({ name }) => ofWholeBase.includes(name))) {
    const cut = Object.entries({ layers, heads, feedForward })
      .filter(([, kept]) => kept !== undefined).map(([option]) => option);
    if (cut.length === 0) continue;
    wrong.push({
      part: "deploy",
      ...mistakeOf(() =>
        `${name} names its base, of which others take everything; with ${
          cut.join(" and ")
        } deploy merged or onnx`
      ),
    });
  }
  for (const setting of ["classWeights", "labelSmoothing", "focalGamma"] as const) {
    if (train[setting] && !task.lossSettings.includes(setting)) {
      inTrain(setting, `needs one class a row or word, not ${what}`);
    }
  }
  wrong.push(...probeMistakes({ task, ...(probes ? { probes } : {}) }));
  return wrong;
}

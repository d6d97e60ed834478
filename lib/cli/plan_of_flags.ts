/**
 * Flags → plan.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";
import { repeatedKeys } from "../core/repeated_keys.ts";
import { didYouMean } from "../core/nearest.ts";
import { deviceNames, precisionNames } from "../engine/mod.ts";
import { Plan } from "../pipeline/plan.ts";
import { dataOfFlags, defaultMetrics } from "./data_of_flags.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { mistakesInFlags } from "./in_flags.ts";
import { defaultsOf, isSeq2Seq, type TaskDefaults } from "./task_defaults.ts";
import { tasks } from "../tasks/mod.ts";
import { kebab, trainFlags } from "./train_flags.ts";

const defaultOut = "out/finetuned";
const defaultRank = 8;

/** A plan whose types the command line does not know. */
// deno-lint-ignore no-explicit-any
export type FlagPlan = Plan<Record<string, unknown>, any, any, any>;

/**
 * Turns flags into a plan. Every flag that makes no sense is reported in one error.
 *
 * @param fileColumns the columns of the file, where flags do not name them (`fileOfFlags`)
 */
export function planOfFlags(flags: Flags, fileColumns?: readonly string[]): FlagPlan {
  const read = new FlagReader(flags);
  const data = dataOfFlags(read, fileColumns);
  const defaults = defaultsOf(data.task);
  const ownModel = read.has("model") ? {} : defaults;
  const method = methodOfFlags(read, ownModel);
  const device = read.text("device");
  if (device && !deviceNames.includes(device)) {
    read.wrong.push(
      `there is no device "${device}"${didYouMean(device, deviceNames)}. Devices: ` +
        deviceNames.join(", "),
    );
  }
  const precision = read.text("precision");
  if (precision && !precisionNames.some((each) => each === precision)) {
    read.wrong.push(
      `there is no precision "${precision}"${didYouMean(precision, precisionNames)}. Precisions: ` +
        precisionNames.join(", "),
    );
  }
  const out = read.text("out") ?? defaultOut;
  const quantize = read.text("quantize");
  const layers = read.numbers("layers");
  const evaluateCompute = read.text("evaluateCompute");
  const features = read.text("features");
  const deployed = read.list("deploy") ?? defaultTargets(method.name, data.task);
  const json = {
    tunebook: 1,
    model: read.text("model") ?? defaults.model ?? "",
    ...(quantize ? { quantize } : {}),
    ...(layers ? { layers: layers.length === 1 ? layers[0] : layers } : {}),
    ...data.json,
    method,
    train: {
      ...(method.name === (ownModel.method ?? "lora") ? ownModel.train : {}),
      ...trainOfFlags(read, out),
    },
    metrics: Object.fromEntries(
      (read.list("metrics") ?? defaultMetrics(data)).map((name) => [name, name]),
    ),
    ...generateOfFlags(read, data.task),
    ...(evaluateCompute ? { evaluateCompute } : {}),
    ...(read.switch("evaluateBefore") ? { evaluateBefore: true } : {}),
    ...(features ? { features } : {}),
    ...probesOfFlags(read),
    deploy: targetsOfFlags(read, deployed, out),
  };
  return readPlan(json, data.task, read.wrong);
}

/** Reads the plan; what it finds wrong goes on the list of wrong flags. */
function readPlan(json: object, task: string, wrong: string[]): FlagPlan {
  try {
    const plan = Plan.from(json);
    if (wrong.length === 0) return plan;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    wrong.push(...mistakesInFlags(error.mistakes, task));
  }
  throw mistakes("input", "these flags make no sense:", wrong, wrong.length);
}

/** The method; `own` are the settings of LoRA for the task's own model. */
function methodOfFlags(
  read: FlagReader,
  { lora, method = "lora" }: Pick<TaskDefaults, "lora" | "method">,
): { readonly name: string; readonly settings: Record<string, unknown> } {
  const folder = read.text("adapter");
  const name = read.text("method") ?? (folder ? "peft" : method);
  const isLora = name === "lora" || name === "qlora";
  const [rank, alpha] = [read.number("rank"), read.number("alpha")];
  if (!isLora && (read.has("rank") || read.has("alpha"))) {
    read.wrong.push(`--rank and --alpha belong to lora and qlora, not to ${name}`);
  }
  if (folder && name !== "peft") {
    read.wrong.push(`--adapter brings its method; leave out --method ${name}`);
  }
  const settings = isLora
    ? {
      ...(name === "lora" ? { rank: defaultRank, ...lora } : {}),
      ...given({ rank, alpha }),
    }
    : { folder };
  return { name, settings: given(settings) };
}

/** How texts are written that are scored and shown; further options are for plan files. */
function generateOfFlags(
  read: FlagReader,
  task: string,
): { readonly generate?: Record<string, unknown> } {
  const own = tasks[task]?.flags.find(({ name, flag }) => name === "maxNewTokens" && flag);
  if (own && read.has("maxNewTokens")) {
    read.wrong.push(
      `--max-new-tokens is of texts that other tasks write for scores; the answers that ${task} samples ` +
        `have at most --${kebab(own.flag!)} tokens`,
    );
  }
  const generate = given({
    beams: read.number("beams"),
    maxNewTokens: read.number("maxNewTokens"),
  });
  return Object.keys(generate).length > 0 ? { generate } : {};
}

/** Perturbations with what each may change, `typos=0.05,letterCase=0.1`; further options are for plan files. */
function probesOfFlags(read: FlagReader): { readonly probe?: Record<string, unknown> } {
  const parts = read.list("probe");
  if (!parts) return {};
  const named = parts.map((part) => part.split("="));
  const wrong = named.filter(([, share]) => !share || Number.isNaN(Number(share)));
  read.wrong.push(
    ...wrong.map(([name]) =>
      `--probe has ${name} without the share of answers that it may change; write ${name}=0.05`
    ),
  );
  if (wrong.length > 0) return {};
  return { probe: Object.fromEntries(named.map(([name, share]) => [name, { maxChange: +share }])) };
}

function trainOfFlags(read: FlagReader, out: string): Record<string, unknown> {
  const settings = Object.entries(trainFlags).map(([name, { value }]) => [
    name,
    value === "number"
      ? read.number(name)
      : value === "switch"
      ? read.switch(name)
      : read.value(name),
  ]);
  const { swa, sync, shard, ...train } = Object.fromEntries(settings);
  return given({
    ...train,
    swa: swa === undefined ? undefined : { from: swa },
    sync: sync === undefined ? undefined : { every: sync },
    shard: shard === undefined ? undefined : { megabytes: shard },
    keepBest: read.has("validation") ? true : undefined,
    checkpoints: join(out, "checkpoint"),
    resume: read.switch("resume"),
  });
}

/** Targets that write several types. */
const ofTypes: readonly string[] = ["onnx", "mobile"];

function targetsOfFlags(read: FlagReader, targets: readonly string[], out: string) {
  const dtypes = read.list("dtypes");
  if (dtypes && !targets.some((target) => ofTypes.includes(target))) {
    read.wrong.push(`--dtypes belongs to --deploy ${ofTypes.join(" or ")}`);
  }
  const repository = read.text("repository");
  if ((repository !== undefined) !== targets.includes("hub")) {
    read.wrong.push("--repository and --deploy hub belong together");
  }
  return targets.map((target) => {
    const folder = join(out, placeOf(target));
    // What is published lies here, too.
    if (target === "hub") return { target, folder: repository, options: { folder } };
    return {
      target,
      folder,
      ...(dtypes && ofTypes.includes(target) ? { options: { dtypes } } : {}),
    };
  });
}

/** Targets write a folder of their name; these are one file. */
function placeOf(target: string): string {
  if (target === "executable") return Deno.build.os === "windows" ? "serve.exe" : "serve";
  return target === "gguf" ? "model.gguf" : target;
}

/** Some methods leave no adapter of their own; others cannot become part of the weights. */
function defaultTargets(method: string, task: string): string[] {
  const isWhole = method === "head" || method === "full";
  const isBeforeText = ["prompt_tuning", "p_tuning", "prefix_tuning"].includes(method);
  // PEFT has no folder for a prefix that reaches encoder and decoder.
  const isOfBoth = method === "prefix_tuning" && isSeq2Seq(task);
  const merged = task === "sentence-embeddings" ? "sentenceTransformers" : "merged";
  return [
    ...isWhole || isOfBoth ? [] : ["adapter"],
    ...isBeforeText ? [] : [merged],
    "onnx",
  ];
}

/** What a plan file says, made of its JSON; what is wrong is told with the file's name. */
export function readFilePlan<Read>(
  path: string,
  json: unknown,
  from: (json: unknown) => Read,
): Read {
  try {
    return from(json);
  } catch (error) {
    throw new TunebookError("input", `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The JSON of a plan file; `resume` goes on with its interrupted run. */
export async function jsonOfFile(path: string, { resume }: Flags = {}): Promise<unknown> {
  let text: string;
  try {
    // Editors on Windows write a byte order mark, which JSON has not.
    text = (await Deno.readTextFile(path)).replace(/^\ufeff/, "");
  } catch (error) {
    throw new TunebookError("input", `cannot read the plan ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let json: { train?: unknown };
  try {
    json = parseJson(text) as typeof json;
  } catch (error) {
    throw new TunebookError(
      "input",
      `${path} is no plan: ${messageOf(error)}. Data is named with --data ${path}`,
      { cause: error },
    );
  }
  const repeated = repeatedKeys(text);
  if (repeated.length > 0) {
    throw mistakes(
      "input",
      `${path}: an object has these fields twice, of which one would be lost:`,
      repeated.map((key) => JSON.stringify(key)),
    );
  }
  return resume ? { ...json, train: { ...Object(json?.train), resume } } : json;
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

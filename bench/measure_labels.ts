/**
 * The default run of image classification beside PyTorch: the same emoji, trunk, head, loss and settings, three seeds.
 * `deno run -A bench/measure_labels.ts [PYTHON]`. Each side has random numbers of its own: the head's start and the
 * order of the images. PyTorch first scores the head that tunebook has trained, which shows that both compute the
 * same.
 *
 *     --seed N              one seed; repeat for more
 *     --rows N --epochs N   other numbers of emoji, a fifth of them to score, and of epochs
 *     --threads N           PyTorch's threads
 *     --steps               instead: whether both sides take the same steps from the same head in the same batches
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accuracy, f1, head, imageClassification, merged, model } from "../mod.ts";
import { emoji } from "../datasets/mod.ts";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import type { Method } from "../lib/nn/method.ts";
import type { PlanSpec } from "../lib/pipeline/plan_spec.ts";
import { assembleStage } from "../lib/pipeline/run/assemble_plan.ts";
import type { AnyExamples } from "../lib/pipeline/run/assemble_stage.ts";
import { openStage } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { columnValues } from "../lib/table/columns.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { installPeer, type Side, startPeer } from "./sides.ts";
import { writeJson, writeStart } from "./start_files.ts";
import { seeds as usualSeeds } from "./task_cases.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", multiple: true },
    rows: { type: "string" },
    epochs: { type: "string" },
    threads: { type: "string", default: String(os.availableParallelism()) },
    steps: { type: "boolean", default: false },
  },
});
const seeds = values.seed?.map(Number) ?? usualSeeds;
const [firstSeed] = seeds;
const { model: reference, data: usual, train: defaults } = defaultsOf("image-classification");
const source = values.rows ? await emoji({ rows: Number(values.rows) }) : usual!;
const given = { ...defaults, ...(values.epochs ? { epochs: Number(values.epochs) } : {}) };
const task = imageClassification({ image: "image", label: "category" });
const names = ["accuracy", "f1"] as const;
const imagesAtOnce = 64;

/** What a training gave. */
interface LabelTraining {
  readonly scores: Readonly<Record<typeof names[number], number>>;
  readonly losses: readonly number[];
}

/** The training of a side. */
interface SideTraining {
  readonly side: "tunebook" | "PyTorch";
  readonly seed: number;
  readonly scores: LabelTraining["scores"];
}

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
let peer: Side | undefined;
try {
  await writeOurStart();
  if (python === undefined) await installPeer("safetensors");
  peer = await openedPeer();
  if (values.steps) await compareSteps(peer);
  else await compareScores(peer);
} finally {
  await peer?.stop();
  await Deno.remove(folder, { recursive: true });
}

/** Trains both sides with each seed, and prints their scores. */
async function compareScores(peer: Side): Promise<void> {
  const results: SideTraining[] = [];
  for (const seed of seeds) {
    const ours = await trainOurs(seed);
    const ourScores = (await peer.ask({ cmd: "score" })).scores as LabelTraining["scores"];
    console.log(`seed ${seed}: ${shown(ours.scores, 6)}, in PyTorch ${shown(ourScores, 6)}`);
    const theirs = await peer.ask({ cmd: "train", seed }) as unknown as LabelTraining;
    results.push(
      { side: "tunebook", seed, scores: ours.scores },
      { side: "PyTorch", seed, scores: theirs.scores },
    );
  }
  console.log(markdownTable(results.map(({ side, seed, scores }) => [
    `${side}, seed ${seed}`,
    Object.fromEntries(names.map((name) => [name, scores[name].toFixed(4)])),
  ])));
  for (const side of ["tunebook", "PyTorch"]) {
    const own = results.filter((each) => each.side === side).map(({ scores }) => scores);
    const means = names.map((name) => [name, mean(own.map((scores) => scores[name]))]);
    console.log(`${side}: ${shown(Object.fromEntries(means), 4)}`);
  }
}

function shown(scores: LabelTraining["scores"], digits: number): string {
  return names.map((name) => `${name} ${scores[name].toFixed(digits)}`).join(", ");
}

/** How far losses and scores differ when both sides take the same steps. */
async function compareSteps(peer: Side): Promise<void> {
  const { losses, scores } = await trainOurs(firstSeed);
  const theirs = await peer.ask({ cmd: "steps" }) as unknown as LabelTraining;
  const counts = [1, 5, 20, 50, 200].filter((count) => count < losses.length);
  for (const count of [...counts, losses.length]) {
    const shares = losses.slice(0, count)
      .map((loss, step) => Math.abs(loss - theirs.losses[step]) / Math.abs(theirs.losses[step]));
    console.log(`${count} steps: losses differ by ${Math.max(...shares).toExponential(1)} at most`);
  }
  console.log(`mean of the last ten losses: ${last(losses)}, in PyTorch ${last(theirs.losses)}`);
  console.log(`${shown(scores, 4)}, in PyTorch ${shown(theirs.scores, 4)}`);
}

function last(losses: readonly number[]): string {
  return mean(losses.slice(-10)).toFixed(5);
}

/** Writes the head, the batches and the learning rates with which a training here begins, and the rows. */
async function writeOurStart(): Promise<void> {
  const method: Method = head();
  const spec: PlanSpec = {
    model: reference!,
    data: source,
    task,
    split: {},
    method,
    train: { ...given, seed: firstSeed },
    metrics: {},
    targets: [],
  };
  const settings = trainSettings(spec.train, method);
  const [opened, read] = [await openStage(spec), await readStage(spec)];
  const { signal } = new AbortController();
  const assembled = await assembleStage(spec, opened, read, { method, settings, signal });
  await Deno.mkdir(join(folder, "start"));
  await writeStart(join(folder, "start"), assembled, settings);
  const { labels } = read.task;
  for (const name of ["train", "test"] as const) {
    await writePixels(`${name}_images.bin`, assembled.data[name]);
    const classes = columnValues(read.splits[name], "category").map(String);
    await writeJson(join(folder, `${name}.json`), classes.map((each) => labels.indexOf(each)));
  }
}

/** Writes images [rows, channels, height, width] as bytes, which is what CenterNet takes. */
async function writePixels(name: string, examples: AnyExamples): Promise<void> {
  using file = await Deno.create(join(folder, name));
  const writer = file.writable.getWriter();
  for (let from = 0; from < examples.rows; from += imagesAtOnce) {
    const count = Math.min(imagesAtOnce, examples.rows - from);
    const rows = Array.from({ length: count }, (_, row) => from + row);
    const { data } = (await examples.feedsOf(rows)).pixel_values;
    const bytes = Uint8Array.from(data);
    if (bytes.some((byte, at) => byte !== data[at])) throw new Error("the pixels are no bytes");
    await writer.write(bytes);
  }
  await writer.close();
}

/** Trains and scores here; the merged model is left for the other side. */
async function trainOurs(seed: number): Promise<LabelTraining> {
  const result = await model(reference!)
    .data(source, task)
    .adapt(head())
    .train({ ...given, seed })
    .evaluate({ accuracy, f1 })
    .deploy(merged(join(folder, "model")))
    .run({ quiet: true });
  const { scores, losses } = result;
  await result.dispose();
  return { scores, losses };
}

/** PyTorch with the same rows and the trunk and learning rates of our start. */
async function openedPeer(): Promise<Side> {
  const side = startPeer("peer_labels.py", python);
  const { batchSize, weightDecay, maxGradientNorm } = trainSettings(given, head());
  const rows = await side.ask({
    cmd: "setup",
    folder,
    threads: Number(values.threads),
    settings: { batchSize, weightDecay, maxGradientNorm },
  });
  console.log(JSON.stringify(rows));
  return side;
}

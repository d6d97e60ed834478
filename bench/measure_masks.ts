/**
 * The default run of image segmentation beside PyTorch: the same scenes, trunk, head, loss and settings, three seeds.
 * `deno run -A bench/measure_masks.ts [PYTHON]`. Each side has random numbers of its own: the head's start and the
 * order of the images. PyTorch first scores the head that tunebook has trained, which shows that both compute the
 * same; the difference of both scores is printed.
 *
 *     --seed N           one seed; repeat for more
 *     --scenes N --test N --epochs N   other numbers of scenes and epochs
 *     --threads N        PyTorch's threads
 *     --steps            instead: whether both sides take the same steps from the same head in the same batches
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import {
  dice,
  head,
  imageSegmentation,
  meanIou,
  merged,
  model,
  pixelAccuracy,
  type Table,
} from "../mod.ts";
import { emojiSceneClasses, emojiScenes } from "../datasets/mod.ts";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { decodeImage } from "../lib/image/decode_image.ts";
import { readMask } from "../lib/image/masks/read_mask.ts";
import { rgbImage } from "../lib/image/rgb_image.ts";
import type { Method } from "../lib/nn/method.ts";
import type { PlanSpec } from "../lib/pipeline/plan_spec.ts";
import { assembleStage } from "../lib/pipeline/run/assemble_plan.ts";
import { openStage } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { pickRows } from "../lib/table/source_rows.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { installPeer, type Side, startPeer } from "./sides.ts";
import { writeStart } from "./start_files.ts";
import { seeds as usualSeeds } from "./task_cases.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", multiple: true },
    scenes: { type: "string", default: "400" },
    test: { type: "string", default: "100" },
    epochs: { type: "string" },
    threads: { type: "string", default: String(os.availableParallelism()) },
    steps: { type: "boolean", default: false },
  },
});
const seeds = values.seed?.map(Number) ?? usualSeeds;
const [firstSeed] = seeds;
const { model: reference, train: defaults } = defaultsOf("image-segmentation");
const given = { ...defaults, ...(values.epochs ? { epochs: Number(values.epochs) } : {}) };
const settings = trainSettings(given, head());
const labels = ["ground", ...emojiSceneClasses];
const [trained, held] = [Number(values.scenes), Number(values.test)];
const names = ["meanIou", "dice", "pixelAccuracy"] as const;

/** What a training gave, and the seconds of processor time that it took. */
interface MaskTraining {
  readonly scores: Readonly<Record<typeof names[number], number>>;
  readonly seconds: number;
}

/** The training of a side. */
interface SideTraining {
  readonly side: "tunebook" | "PyTorch";
  readonly seed: number;
  readonly found: MaskTraining;
}

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
const rows = await emojiScenes({ rows: trained + held });
const numbers = Array.from({ length: trained + held }, (_, row) => row);
const [train, test] = [numbers.slice(0, trained), numbers.slice(trained)]
  .map((chosen) => pickRows(rows, chosen));
const task = imageSegmentation({ image: "image", mask: "mask", labels });
let peer: Side | undefined;
try {
  await writePixels("train", train);
  await writePixels("test", test);
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
    const { meanIou } = await peer.ask({ cmd: "score" });
    console.log(
      `seed ${seed}: mean IoU ${ours.scores.meanIou.toFixed(6)}, in PyTorch ${
        Number(meanIou).toFixed(6)
      }`,
    );
    const theirs = await peer.ask({ cmd: "train", seed }) as unknown as MaskTraining;
    results.push({ side: "tunebook", seed, found: ours }, { side: "PyTorch", seed, found: theirs });
  }
  console.log(markdownTable(results.map(({ side, seed, found }) => [
    `${side}, seed ${seed}`,
    {
      ...Object.fromEntries(names.map((name) => [name, found.scores[name].toFixed(4)])),
      "processor seconds": found.seconds.toFixed(1),
    },
  ])));
  for (const side of ["tunebook", "PyTorch"]) {
    const own = results.filter((each) => each.side === side).map(({ found }) => found);
    const means = names.map((name) =>
      `${name} ${mean(own.map(({ scores }) => scores[name])).toFixed(4)}`
    );
    console.log(`${side}: ${means.join(", ")}`);
  }
}

/** How far losses and scores differ when both sides take the same steps. */
async function compareSteps(peer: Side): Promise<void> {
  const { losses, scores } = await trainOurs(firstSeed);
  const theirs = await peer.ask({ cmd: "steps" }) as unknown as
    & Pick<MaskTraining, "scores">
    & { readonly losses: readonly number[] };
  const counts = [1, 5, 20, 50].filter((count) => count < losses.length);
  for (const count of [...counts, losses.length]) {
    const shares = losses.slice(0, count)
      .map((loss, step) => Math.abs(loss - theirs.losses[step]) / Math.abs(theirs.losses[step]));
    console.log(`${count} steps: losses differ by ${Math.max(...shares).toExponential(1)} at most`);
  }
  console.log(`mean of the last ten losses: ${last(losses)}, in PyTorch ${last(theirs.losses)}`);
  console.log(
    `mean IoU: ${scores.meanIou.toFixed(4)}, in PyTorch ${theirs.scores.meanIou.toFixed(4)}`,
  );
}

function last(losses: readonly number[]): string {
  return mean(losses.slice(-10)).toFixed(5);
}

/** Writes the head, the batches and the learning rates with which a training here begins. */
async function writeOurStart(): Promise<void> {
  const method: Method = head();
  const seeded = { ...settings, seed: firstSeed };
  const spec: PlanSpec = {
    model: reference!,
    data: train,
    task,
    split: { test },
    method,
    train: { ...given, seed: firstSeed },
    metrics: {},
    targets: [],
  };
  const [opened, read] = [await openStage(spec), await readStage(spec)];
  const { signal } = new AbortController();
  const assembled = await assembleStage(spec, opened, read, { method, settings: seeded, signal });
  await Deno.mkdir(join(folder, "start"));
  await writeStart(join(folder, "start"), assembled, seeded);
}

/** Writes images [rows, height, width, 3] and masks [rows, height, width] as bytes. */
async function writePixels(name: string, table: Table): Promise<void> {
  const [images, masks]: [number[][], number[][]] = [[], []];
  for (let row = 0; row < table.numRows(); row++) {
    const [image, mask] = ["image", "mask"].map((column) => table.get(column, row) as Uint8Array);
    images.push([...rgbImage(await decodeImage(image, { where: `row ${row + 1}` })).data]);
    masks.push([...(await readMask(mask, { where: `the mask of row ${row + 1}` })).ids]);
  }
  await Deno.writeFile(join(folder, `${name}_images.bin`), Uint8Array.from(images.flat()));
  await Deno.writeFile(join(folder, `${name}_masks.bin`), Uint8Array.from(masks.flat()));
}

/** Trains and scores here; the merged model is left for the other side. */
async function trainOurs(
  seed: number,
): Promise<MaskTraining & { readonly losses: readonly number[] }> {
  const before = cpuUsage();
  const result = await model(reference!)
    .data(train, task, { test })
    .adapt(head())
    .train({ ...given, seed })
    .evaluate({ meanIou, dice, pixelAccuracy })
    .deploy(merged(join(folder, "model")))
    .run({ quiet: true });
  const { user, system } = cpuUsage(before);
  const { scores, losses } = result;
  await result.dispose();
  return { scores, losses, seconds: (user + system) / 1e6 };
}

/** PyTorch with the same rows and the trunk and learning rates of our start. */
async function openedPeer(): Promise<Side> {
  const side = startPeer("peer_masks.py", python);
  const { batchSize, weightDecay, maxGradientNorm } = settings;
  await side.ask({
    cmd: "setup",
    folder,
    classes: labels.length,
    threads: Number(values.threads),
    settings: { batchSize, weightDecay, maxGradientNorm },
  });
  return side;
}

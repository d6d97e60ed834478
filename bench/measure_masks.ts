/**
 * The default run of image segmentation beside PyTorch: the same scenes, trunk, head, loss and settings, three seeds.
 * `deno run -A bench/measure_masks.ts [PYTHON]`. Each side has random numbers of its own: the head's start and the
 * order of the images. PyTorch first scores the head that tunebook has trained, which shows that both compute the
 * same; the difference of both scores is printed.
 *
 *     --seed N           one seed; repeat for more
 *     --epochs N         another number of epochs
 *     --threads N        PyTorch's threads
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
import { pickRows } from "../lib/table/source_rows.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { installPeer, type Side, startPeer } from "./sides.ts";
import { seeds as usualSeeds } from "./task_cases.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", multiple: true },
    epochs: { type: "string" },
    threads: { type: "string", default: String(os.availableParallelism()) },
  },
});
const seeds = values.seed?.map(Number) ?? usualSeeds;
const { model: reference, train: defaults } = defaultsOf("image-segmentation");
const given = { ...defaults, ...(values.epochs ? { epochs: Number(values.epochs) } : {}) };
const settings = trainSettings(given, head());
const labels = ["ground", ...emojiSceneClasses];
const [trained, held] = [400, 100];
const names = ["meanIou", "dice", "pixelAccuracy"] as const;

/** What a training gave, and the seconds of processor time of its steps. */
interface MaskTraining {
  readonly scores: Readonly<Record<typeof names[number], number>>;
  readonly seconds: number;
}

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
let peer: Side | undefined;
try {
  const rows = await emojiScenes({ rows: trained + held });
  const numbers = Array.from({ length: trained + held }, (_, row) => row);
  const [train, test] = [numbers.slice(0, trained), numbers.slice(trained)]
    .map((chosen) => pickRows(rows, chosen));
  await writePixels("train", train);
  await writePixels("test", test);
  if (python === undefined) await installPeer("safetensors");
  const results: { readonly side: string; readonly seed: number; readonly found: MaskTraining }[] =
    [];
  for (const seed of seeds) {
    const ours = await trainOurs(train, test, seed);
    results.push({ side: "tunebook", seed, found: ours });
    peer ??= await openedPeer();
    const { meanIou } = await peer.ask({ cmd: "score" });
    console.log(
      `seed ${seed}: mean IoU ${ours.scores.meanIou.toFixed(6)}, in PyTorch ${
        Number(meanIou).toFixed(6)
      }`,
    );
    const theirs = await peer.ask({ cmd: "train", seed }) as unknown as MaskTraining;
    results.push({ side: "PyTorch", seed, found: theirs });
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
} finally {
  await peer?.stop();
  await Deno.remove(folder, { recursive: true });
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
async function trainOurs(train: Table, test: Table, seed: number): Promise<MaskTraining> {
  const before = cpuUsage();
  const result = await model(reference!)
    .data(train, imageSegmentation({ image: "image", mask: "mask", labels }), { test })
    .adapt(head())
    .train({ ...given, seed })
    .evaluate({ meanIou, dice, pixelAccuracy })
    .deploy(merged(join(folder, "model")))
    .run({ quiet: true });
  const { user, system } = cpuUsage(before);
  const { scores } = result;
  await result.dispose();
  return { scores, seconds: (user + system) / 1e6 };
}

/** PyTorch with the same rows and the trunk out of the merged model. */
async function openedPeer(): Promise<Side> {
  const side = startPeer("peer_masks.py", python);
  const { learningRate, epochs, batchSize, warmup, weightDecay, maxGradientNorm } = settings;
  await side.ask({
    cmd: "setup",
    folder,
    classes: labels.length,
    threads: Number(values.threads),
    settings: { learningRate, epochs, batchSize, warmup, weightDecay, maxGradientNorm },
  });
  return side;
}

/**
 * The default run of image generation beside diffusers' DiT with PEFT's LoRA: the same rows, pixels, noise schedule
 * and settings, three seeds. `deno run -A bench/measure_drawing.ts [PYTHON]`. Each side has random numbers of its own
 * in the training: the adapter's start, the order of the images, steps and noise. Scores have the same ones: noise and
 * steps of the held-out images, the noise of which drawings are made, the sampler, and the features of both sides'
 * drawings, which are computed here. PyTorch first scores the model that tunebook has trained, and draws with that of
 * the first seed, which shows that both compute the same.
 *
 *     --seed N        one seed; repeat for more
 *     --epochs N      another number of epochs
 *     --threads N     PyTorch's threads
 *     --calls N       how often the model is asked for a drawing, 50 unless given
 *     --undrawn       denoising errors alone, which take half of the time
 *     --grids FOLDER  writes the drawings as PNG
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { denoisingError, fid, imageGeneration, kid, lora, merged, model } from "../mod.ts";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { openDevice, type State } from "../lib/engine/mod.ts";
import { pngEncoder } from "../lib/image/encode_png.ts";
import type { Method } from "../lib/nn/method.ts";
import {
  type ComparedFeatures,
  openComparedFeatures,
} from "../lib/pipeline/draw/compared_features.ts";
import { writeSamples } from "../lib/pipeline/draw/sample_files.ts";
import type { PlanSpec } from "../lib/pipeline/plan_spec.ts";
import { assembleStage } from "../lib/pipeline/run/assemble_plan.ts";
import { withInitial } from "../lib/pipeline/run/initial_parameters.ts";
import { openStage } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { scorerOf } from "../lib/pipeline/run/score_stage.ts";
import type { DrawingRequest, GeneratedImage } from "../lib/tasks/image_generation/drawing.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { type HeldOutDrawings, writeDrawingFiles } from "./drawing_files.ts";
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
    calls: { type: "string", default: "50" },
    undrawn: { type: "boolean", default: false },
    grids: { type: "string" },
  },
});
const seeds = values.seed?.map(Number) ?? usualSeeds;
const [firstSeed] = seeds;
const defaults = defaultsOf("image-generation");
const method: Method = lora(defaults.lora);
const given = {
  ...defaults.train,
  samples: 0,
  ...(values.epochs ? { epochs: Number(values.epochs) } : {}),
};
const dropLabel = 0.1;
const task = imageGeneration({
  image: "image",
  label: "category",
  dropLabel,
  ...defaults.settings,
});
const drawingSteps = Number(values.calls);
const guidance = 3;
const names = ["denoisingError", "fid", "kid"] as const;

/** What is said of a model; distances where it has drawn. */
type Scores = Readonly<Partial<Record<typeof names[number], number>>>;

/** A row of the table. */
interface ScoredModel {
  readonly name: string;
  readonly scores: Scores;
  /** Of the training, in processor time. */
  readonly seconds?: number;
}

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
const { signal } = new AbortController();
let features: ComparedFeatures | undefined;
let peer: Side | undefined;
try {
  const [untrained, held] = await startOfOurs();
  if (python === undefined) await installPeer("diffusers", "safetensors");
  peer = await openedPeer();
  await compare(peer, held, untrained);
} finally {
  await peer?.stop();
  await Deno.remove(folder, { recursive: true });
}

/** Trains both sides with each seed, and prints their scores. */
async function compare(peer: Side, held: HeldOutDrawings, untrained: ScoredModel): Promise<void> {
  const [ours, theirs]: [ScoredModel[], ScoredModel[]] = [[], []];
  console.log(shown(untrained));
  for (const seed of seeds) {
    ours.push(await trainOurs(seed, held));
    console.log(shown(ours.at(-1)!));
    const isDrawn = seed === firstSeed && !values.undrawn;
    const name = `tunebook, seed ${seed}, in PyTorch`;
    console.log(shown(await asked(peer, { cmd: "score" }, name, isDrawn ? held : undefined)));
    const drawn = values.undrawn ? undefined : held;
    theirs.push(await asked(peer, { cmd: "train", seed }, `PyTorch, seed ${seed}`, drawn));
    console.log(shown(theirs.at(-1)!));
  }
  const rows = [untrained, ...ours, ...theirs].map(({ name, scores, seconds }) =>
    [name, {
      ...digits(scores),
      ...(seconds === undefined ? {} : { "processor seconds": seconds.toFixed(0) }),
    }] as const
  );
  console.log(markdownTable(rows.map(([name, cells]) => [name, cells])));
  for (const name of names.slice(0, values.undrawn ? 1 : undefined)) {
    const [first, second] = [ours, theirs].map((all) => all.map(({ scores }) => scores[name]!));
    console.log(
      `${name}: tunebook ${spread(first)}, PyTorch ${spread(second)}, difference ${
        (mean(first) - mean(second)).toFixed(4)
      }`,
    );
  }
}

/** The mean, and the smallest and the largest value of the seeds. */
function spread(all: readonly number[]): string {
  return `${mean(all).toFixed(4)} (${Math.min(...all).toFixed(4)} to ${
    Math.max(...all).toFixed(4)
  })`;
}

function shown({ name, scores }: ScoredModel): string {
  const parts = Object.entries(digits(scores)).map(([score, value]) => `${score} ${value}`);
  return `${name}: ${parts.join(", ")}`;
}

function digits(scores: Scores): Record<string, string> {
  return Object.fromEntries(
    names.filter((name) => scores[name] !== undefined)
      .map((name) => [name, scores[name]!.toFixed(name === "fid" ? 2 : 5)]),
  );
}

/** Writes what the other side reads, and scores the model before its first step. */
async function startOfOurs(): Promise<[ScoredModel, HeldOutDrawings]> {
  const spec: PlanSpec = {
    model: defaults.model!,
    data: defaults.data!,
    task,
    split: {},
    method,
    train: { ...given, seed: firstSeed },
    metrics: {},
    targets: [],
  };
  const settings = trainSettings(spec.train, method);
  const [opened, read] = [await openStage(spec), await readStage(spec)];
  const assembled = await assembleStage(spec, opened, read, { method, settings, signal });
  const held = await writeDrawingFiles(folder, assembled, read, settings);
  const device = await openDevice("cpu");
  const { trainable, data: { test }, processor } = assembled;
  let scores: Scores = {};
  await withInitial(assembled, { device, seed: settings.seed }, async (state: State) => {
    await using scorer = scorerOf(trainable, device);
    const predictions = test.predictions(await scorer.outputs(test, { state, signal }));
    scores = { denoisingError: denoisingError.compute(predictions) };
    if (values.undrawn) return;
    const images = await read.task.drawing!.draw(
      requestsOf(held),
      processor,
      (rows) => scorer.outputs(rows, { state, signal }),
    ) as GeneratedImage[];
    scores = { ...scores, ...await distances(images, held, "before") };
  });
  return [{ name: "before", scores }, held];
}

function requestsOf({ requests }: HeldOutDrawings): DrawingRequest[] {
  return requests.map((request) => ({ ...request, steps: drawingSteps, guidance }));
}

/** How far drawings are from the held-out images. */
async function distances(
  images: readonly GeneratedImage[],
  { images: real }: HeldOutDrawings,
  name: string,
): Promise<Scores> {
  if (values.grids) await writeSamples(values.grids, name.replaceAll(/\W+/g, "_"), images);
  features ??= await openComparedFeatures({}, { device: await openDevice("cpu"), signal });
  const predictions = await features.compare(images, real);
  return { fid: fid.compute(predictions), kid: kid.compute(predictions) };
}

/** Trains and scores here; the pipeline is left for the other side. */
async function trainOurs(seed: number, held: HeldOutDrawings): Promise<ScoredModel> {
  const name = `tunebook, seed ${seed}`;
  const before = cpuUsage();
  const result = await model(defaults.model!)
    .data(defaults.data!, task)
    .adapt(method)
    .train({ ...given, seed })
    .evaluate({ denoisingError })
    .deploy(merged(join(folder, "merged")))
    .run({ quiet: true });
  const { user, system } = cpuUsage(before);
  const scores = {
    ...result.scores,
    ...(values.undrawn ? {} : await distances(await result.predict(requestsOf(held)), held, name)),
  };
  await result.dispose();
  return { name, scores, seconds: (user + system) / 1e6 };
}

/** What the other side says of a model, and how its drawings are, where it draws. */
async function asked(
  peer: Side,
  command: Record<string, unknown>,
  name: string,
  drawn: HeldOutDrawings | undefined,
): Promise<ScoredModel> {
  const file = join(folder, "images.bin");
  const { denoisingError, seconds } = await peer.ask({
    ...command,
    ...(drawn ? { images: file } : {}),
  }) as { readonly denoisingError: number; readonly seconds?: number };
  return {
    name,
    scores: {
      denoisingError,
      ...(drawn ? await distances(await imagesOf(file, drawn), drawn, name) : {}),
    },
    ...(seconds === undefined ? {} : { seconds }),
  };
}

/** Images that the other side has drawn, as ours are. */
async function imagesOf(
  file: string,
  { requests, images }: HeldOutDrawings,
): Promise<GeneratedImage[]> {
  const bytes = await Deno.readFile(file);
  const encode = await pngEncoder();
  const [{ width, height }] = images;
  const size = width * height * 3;
  if (bytes.length !== size * requests.length) throw new Error(`${file} has other images`);
  return requests.map(({ seed }, at) => ({
    seed: seed!,
    image: encode({ width, height, channels: 3, data: bytes.slice(at * size, (at + 1) * size) }),
  }));
}

/** PyTorch with the same rows and the start and learning rates of ours. */
async function openedPeer(): Promise<Side> {
  const side = startPeer("peer_drawing.py", python);
  const { batchSize, weightDecay, maxGradientNorm, ema } = trainSettings(given, method);
  const { rank, alpha } = method.settings;
  const versions = await side.ask({
    cmd: "setup",
    folder,
    classes: 1,
    threads: Number(values.threads),
    settings: {
      ...{ batchSize, weightDecay, maxGradientNorm, ema, dropLabel, guidance },
      steps: drawingSteps,
      lora: { rank, alpha },
    },
  });
  console.log(JSON.stringify(versions));
  return side;
}

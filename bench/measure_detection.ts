/**
 * Object detection by the cells of a graph's map beside PyTorch, on the same rows with the settings of the default
 * run: `deno run -A bench/measure_detection.ts [PYTHON]`. Our metrics score both sides.
 *
 *     --seed N        one seed; repeat for more (1, 2 and 3)
 *     --side NAME     one side alone, ours or peer
 *     --scenes N --test N --epochs N   other numbers of scenes and epochs
 *     --threads N     threads of each side
 *     --steps         instead: whether both sides take the same steps from the same head
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { meanAveragePrecision, objectDetection } from "tunebook";
import { emojiScenes } from "tunebook/datasets";
import { head } from "../lib/adapters/head.ts";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { createPredictor } from "../lib/evaluate/predict.ts";
import type { BoxPredictions } from "../lib/nn/box_predictions.ts";
import type { Method } from "../lib/nn/method.ts";
import type { PlanSpec } from "../lib/pipeline/plan_spec.ts";
import { assembleStage } from "../lib/pipeline/run/assemble_plan.ts";
import { openStage } from "../lib/pipeline/run/open_stage.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
import { train } from "../lib/train/train.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { openSafetensors } from "../lib/weights/safetensors.ts";
import { writeDetectionFiles } from "./detection_files.ts";
import { installPeer, type Side, startPeer, usePython } from "./sides.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", multiple: true, default: ["1", "2", "3"] },
    side: { type: "string" },
    scenes: { type: "string", default: "400" },
    test: { type: "string", default: "100" },
    epochs: { type: "string" },
    threads: { type: "string", default: String(os.availableParallelism()) },
    steps: { type: "boolean", default: false },
  },
});
const { model, train: training } = defaultsOf("object-detection");
const scenes = Number(values.scenes);
const epochs = Number(values.epochs ?? training?.epochs);
const threads = Number(values.threads);
const method: Method = head();
const spec: PlanSpec = {
  model: model!,
  data: await emojiScenes({ rows: scenes }),
  task: objectDetection({ image: "image", objects: "objects" }),
  // Other scenes than the default run's: none of them is among those that are trained on.
  split: { test: await emojiScenes({ rows: Number(values.test), seed: 2 }) },
  method,
  train: { ...training, epochs },
  metrics: {},
  targets: [],
};
const device = onnxRuntime("cpu", undefined, { threads });
const read = await readStage(spec);
const opened = await openStage(spec);
const { signal } = new AbortController();

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
let peer: Side | undefined;
try {
  if (values.side !== "ours") {
    if (python === undefined) await installPeer();
    else usePython(python);
    const { settings, assembled } = await assembledFor(1);
    await writeDetectionFiles(folder, assembled, settings);
    peer = startPeer("peer_detection.py");
    const { batchSize, weightDecay, maxGradientNorm } = settings;
    const asked = { batchSize, weightDecay, maxGradientNorm };
    const { versions } = await peer.ask({ cmd: "setup", folder, threads, settings: asked });
    console.log(JSON.stringify({ scenes, epochs, threads, ...versions as object }));
  }
  if (values.steps) await compareSteps(peer!);
  else await compareScores(peer);
} finally {
  await peer?.stop();
  await Deno.remove(folder, { recursive: true });
}

/** Model, rows and loss with a seed. */
async function assembledFor(seed: number) {
  const settings = trainSettings({ ...spec.train, seed }, method);
  return {
    settings,
    assembled: await assembleStage(spec, opened, read, { method, settings, signal }),
  };
}

async function trained(seed: number) {
  const { settings, assembled } = await assembledFor(seed);
  const { trainable, data } = assembled;
  const result = await train(trainable, data.train, { device, settings, fingerprint: {} });
  const predictor = await createPredictor(trainable, device, result.state);
  const outputs = values.steps ? [] : await predictor.outputs(data.test);
  await predictor.dispose();
  result.state.dispose();
  return { ...result, data, outputs };
}

/** The largest difference of a loss when both sides take the same steps. */
async function compareSteps(peer: Side): Promise<void> {
  const { losses } = await trained(1);
  const { losses: others } = await peer.ask({ cmd: "steps" }) as { losses: number[] };
  const counts = [1, 5, 20].filter((count) => count < losses.length);
  for (const count of [...counts, losses.length]) {
    const shares = losses.slice(0, count)
      .map((loss, step) => Math.abs(loss - others[step]) / Math.abs(others[step]));
    console.log(`${count} steps: losses differ by ${Math.max(...shares).toExponential(1)} at most`);
  }
  console.log(`last loss: ours ${losses.at(-1)}, theirs ${others.at(-1)}`);
}

async function compareScores(peer: Side | undefined): Promise<void> {
  const { assembled: { data: { test } } } = await assembledFor(1);
  for (const seed of values.seed.map(Number)) {
    if (values.side !== "peer") {
      const { outputs, losses, seconds } = await trained(seed);
      const last = losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
      report("ours", seed, test.predictions(outputs), { seconds, loss: last });
    }
    if (!peer) continue;
    const out = join(folder, `${seed}.safetensors`);
    const { seconds, loss } = await peer.ask({ cmd: "train", seed, out });
    using file = await openSafetensors(out);
    const found = file.readFloat32Sync("outputs");
    const each = found.length / test.rows;
    const outputs = Array.from(
      { length: test.rows },
      (_, row) => found.slice(row * each, (row + 1) * each),
    );
    report("PyTorch", seed, test.predictions(outputs), {
      seconds: Number(seconds),
      loss: Number(loss),
    });
  }
}

function report(
  side: string,
  seed: number,
  predictions: BoxPredictions,
  { seconds, loss }: { readonly seconds: number; readonly loss: number },
): void {
  const [all, at50] = [meanAveragePrecision, meanAveragePrecision.at50]
    .map((metric) => metric.compute(predictions).toFixed(3));
  console.log(
    `${side}, seed ${seed}: mAP ${all}, mAP 50 ${at50}, last ten losses ${loss.toFixed(3)}, ` +
      `${seconds.toFixed(0)} s`,
  );
}

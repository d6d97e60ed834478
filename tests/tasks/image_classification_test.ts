import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  type AugmentationSpec,
  full,
  head,
  horizontalFlip,
  imageClassification,
  imageFolder,
  lora,
  merged,
  mixup,
  model,
  onnx,
  open,
  Plan,
  randomResizedCrop,
  type Table,
  tableFromColumns,
  type TrainOptions,
} from "tunebook";
import { Random } from "../../lib/core/random.ts";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { inFolder } from "../weights/in_folder.ts";
import { isMistake } from "../is_mistake.ts";

const side = 16;
const classes = ["blue", "red"];
const size = { hiddenSize: 16, layers: 2, heads: 2, imageSize: side, patchSize: 8 } as const;
const quiet = { quiet: true } as const;

/** A folder of images that are mostly red or mostly blue, with noise. */
async function colours(folder: string, each = 16): Promise<Table> {
  const random = Random.fromSeed(1, "colours");
  const encodePng = await pngEncoder();
  for (const name of classes) {
    await Deno.mkdir(join(folder, name), { recursive: true });
    for (let at = 0; at < each; at++) {
      const data = Uint8Array.from({ length: side * side * 3 }, (_, place) => {
        const isOwn = place % 3 === (name === "red" ? 0 : 2);
        return (isOwn ? 110 : 40) + Math.floor(random.uniform() * 100);
      });
      const png = encodePng({ width: side, height: side, channels: 3, data });
      await Deno.writeFile(join(folder, name, `${at}.png`), png);
    }
  }
  return await imageFolder(folder);
}

function planOn(
  rows: Table,
  { augment, settings = {} }: {
    readonly augment?: readonly AugmentationSpec[];
    readonly settings?: TrainOptions;
  } = {},
) {
  const task = imageClassification({
    image: "image",
    label: "label",
    ...(augment ? { augment } : {}),
  });
  return model("new:vit", size).data(rows, task, { test: 0.25 })
    .adapt(full())
    .train({ epochs: 6, batchSize: 8, learningRate: 3e-3, ...settings })
    .evaluate({ accuracy });
}

Deno.test("a ViT learns colours; its folders and transformers.js answer alike", () =>
  inFolder(async (folder) => {
    const rows = await colours(join(folder, "colours"));
    const [whole, web] = ["whole", "web"].map((name) => join(folder, name));
    const result = await planOn(rows).deploy(merged(whole), onnx(web)).run(quiet);
    assert.ok(result.scores.accuracy > 0.9, `accuracy ${result.scores.accuracy}`);
    const [, { reader, rows: compared, wasm }] = result.receipts;
    assert.equal(wasm!.rows, Math.min(16, compared), "the graph is run in WebAssembly, too");
    assert.equal(reader?.answers?.pipeline, "image-classification");
    assert.ok(reader!.answers!.inputs >= 8);
    const image = rows.get("image", 0) as string;
    const inputs = [image, await Deno.readFile(image)];
    const own = await result.predict(inputs);
    assert.equal(own[0].label, "blue");
    assert.deepEqual(own[0].probabilities, own[1].probabilities);
    const opened = await open(whole);
    for (const [at, { probabilities }] of (await opened.predict(inputs)).entries()) {
      for (const name of classes) {
        const { [name]: expected } = own[at].probabilities;
        assert.ok(Math.abs((probabilities as Record<string, number>)[name] - expected) < 1e-5);
      }
    }
    await opened.dispose();
    // LoRA and the head alone, on top of what was learnt; PEFT's folder opens.
    const tuned = join(folder, "tuned");
    const task = imageClassification({ image: "image", label: "label" });
    for (const method of [lora({ rank: 2 }), head()]) {
      const next = await model(`file:${whole}`).data(rows, task, { test: 0.25 }).adapt(method)
        .train({ epochs: 2, batchSize: 8 }).evaluate({ accuracy })
        .deploy(...(method.method === "lora" ? [adapter(tuned)] : [])).run(quiet);
      assert.ok(next.scores.accuracy > 0.9, `accuracy ${next.scores.accuracy}`);
    }
    const again = await open(tuned);
    assert.equal((await again.predict([image]))[0].label, "blue");
    await again.dispose();
  }));

Deno.test("augmentations are drawn anew in each epoch, and a resumed run has the same bits", () =>
  inFolder(async (folder) => {
    const rows = await colours(join(folder, "colours"));
    const augment = [
      randomResizedCrop({ size: side, scale: [0.5, 1] }),
      horizontalFlip(),
      mixup({ alpha: 0.3 }),
    ];
    const settings = { epochs: 3, batchSize: 8, schedule: "constant" } as const;
    const whole = await planOn(rows, { augment, settings }).run(quiet);
    // The draws of two runs are the same: a run that stops after an epoch goes on with those of the next.
    const checkpoints = join(folder, "checkpoints");
    const stop = new AbortController();
    const stopped = planOn(rows, { augment, settings: { ...settings, checkpoints } });
    const timer = setInterval(async () => {
      const files = await Array.fromAsync(Deno.readDir(checkpoints)).catch(() => []);
      if (files.some(({ name }) => name.endsWith(".safetensors"))) stop.abort();
    }, 5);
    await stopped.run({ ...quiet, signal: stop.signal }).catch((error: Error) =>
      assert.match(error.message, /stopped after step/)
    );
    clearInterval(timer);
    const rest = await planOn(rows, {
      augment,
      settings: { ...settings, checkpoints, resume: true },
    }).run(quiet);
    assert.deepEqual(rest.losses.slice(-3), whole.losses.slice(-3));
    const plain = await planOn(rows, { settings }).run(quiet);
    assert.notDeepEqual(plain.losses, whole.losses);
    const plan = planOn("colours.csv" as never, { augment });
    const json = JSON.parse(JSON.stringify(plan));
    assert.deepEqual(JSON.parse(JSON.stringify(Plan.from(json))), json);
  }));

Deno.test("a frozen trunk that is computed once sees what it would see in every epoch", () =>
  inFolder(async (folder) => {
    const rows = await colours(join(folder, "colours"));
    const whole = join(folder, "whole");
    await planOn(rows, { settings: { epochs: 1 } }).deploy(merged(whole)).run(quiet);
    const augment = [horizontalFlip(), randomResizedCrop({ size: side, scale: [0.3, 1] })];
    const losses = async (changes: readonly AugmentationSpec[], settings: TrainOptions) => {
      const task = imageClassification({ image: "image", label: "label", augment: changes });
      const { losses } = await model(`file:${whole}`).data(rows, task, { test: 0.25 }).adapt(head())
        .train({ epochs: 3, batchSize: 8, ...settings }).evaluate({ accuracy }).run(quiet);
      return losses;
    };
    const near = (found: readonly number[], wanted: readonly number[]) =>
      found.every((loss, at) => Math.abs(loss - wanted[at]) < 1e-5);
    const [cached, anew] = [
      await losses(augment, {}),
      await losses(augment, { cacheFrozen: false }),
    ];
    assert.ok(near(cached, anew), `${cached} and ${anew}`);
    assert.ok(!near(await losses([], {}), anew), "nothing was changed");
    // What mixes batches has no views to keep.
    const mixed = [mixup()];
    assert.ok(near(await losses(mixed, {}), await losses(mixed, { cacheFrozen: false })));
  }));

Deno.test("all images that cannot be read are told with their rows, before any training", () =>
  inFolder(async (folder) => {
    const table = await colours(join(folder, "colours"), 4);
    const paths = table.array("image") as string[];
    await Deno.writeFile(paths[1], (await Deno.readFile(paths[1])).slice(0, 60));
    await Deno.writeTextFile(paths[6], "a text");
    const rows = tableFromColumns({ image: paths, label: table.array("label") });
    const told = /row 2 of the data.*truncated[\s\S]*row 7 of the data is text/;
    await assert.rejects(
      model("new:vit", size).data(rows, imageClassification({ image: "image", label: "label" }), {
        test: rows,
      }).adapt(full()).train({ epochs: 1 }).run(quiet),
      (error: Error) => told.test(error.message) || assert.fail(error.message),
    );
  }));

Deno.test("options that make no sense are told together", () => {
  assert.throws(
    () =>
      imageClassification({
        image: "a",
        label: "a",
        augment: [{ name: "horizontalFlop" }],
      }),
    isMistake("input", "must be different columns", 'there is no augmentation "horizontalFlop"'),
  );
});

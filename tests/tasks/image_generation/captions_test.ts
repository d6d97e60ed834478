/** A denoiser that reads captions, from the folder of a pipeline to the folders that are deployed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  denoisingError,
  imageGeneration,
  lora,
  merged,
  model,
  onnx,
  open,
  peft,
  type Table,
  tableFromColumns,
} from "tunebook";
import { captionStates } from "../../../lib/tasks/image_generation/caption_states.ts";
import { goldenPath } from "../../models/golden.ts";
import { inNewFolder } from "../../pipeline/in_new_folder.ts";
import { isMistake } from "../../is_mistake.ts";
import { drawings, kinds } from "./drawings.ts";

const pipeline = `file:${goldenPath("denoisers/captioned")}`;
const quiet = { quiet: true } as const;
const captioned = () => imageGeneration({ image: "image", caption: "words" });

/** The drawings with captions, some of which say nothing. */
async function captionedDrawings(count: number): Promise<Table> {
  const rows = await drawings(count);
  const words = Array.from(
    { length: count },
    (_, row) => row % 5 === 4 ? "" : `a ${kinds[row % 2]} one`,
  );
  const images = Array.from({ length: count }, (_, row) => rows.get("image", row));
  const kind = Array.from({ length: count }, (_, row) => kinds[row % 2]);
  return tableFromColumns({ image: images, words, kind });
}

Deno.test("captions are learnt by LoRA on cross attention, drawn, and deployed", () =>
  inNewFolder(async () => {
    const rows = await captionedDrawings(20);
    const result = await model(pipeline)
      .data(rows, captioned(), { test: 4 })
      .adapt(lora({ rank: 2 }))
      .train({ epochs: 3, batchSize: 8, learningRate: 1e-2, samples: 2 })
      .evaluate({ denoisingError })
      .deploy(
        merged("whole"),
        onnx("graph"),
        adapter("peft"),
        adapter("diffusers", { format: "diffusers" }),
        adapter("kohya", { format: "kohya" }),
      )
      .run(quiet);
    const { losses, scores, drawnSamples: samples } = result;
    assert.equal(new Set(losses).size, 6);
    assert.ok(scores.denoisingError > 0);
    for (const { largestDifference, tolerance } of result.receipts) {
      assert.ok(largestDifference <= tolerance);
    }
    assert.deepEqual(samples!.map(({ caption, seed }) => [caption, seed]), [
      ["a dark one", 1],
      ["a light one", 2],
    ]);

    const asked = [
      { caption: "a dark one", seed: 1, steps: 4 },
      { caption: "a light one", seed: 1, steps: 4 },
      { seed: 1, steps: 4 },
    ];
    const drawn = await result.predict(asked);
    assert.notDeepEqual(samples![0].before.image, samples![0].after.image);
    assert.deepEqual(drawn.map(({ caption, label }) => [caption, label]), [
      ["a dark one", undefined],
      ["a light one", undefined],
      [undefined, undefined],
    ]);
    // The same noise becomes other images by other captions, and by none.
    assert.equal(new Set(drawn.map(({ image }) => image.toHex())).size, 3);
    await assert.rejects(
      result.predict([{ label: "dark" }]),
      isMistake("input", 'knows no labels; ask with { caption: "dark" }'),
    );
    const opened = await open("whole");
    assert.deepEqual(await opened.predict(asked), drawn);
    await opened.dispose();
    const index = JSON.parse(await Deno.readTextFile(join("whole", "model_index.json")));
    assert.deepEqual(index, {
      _class_name: "DiffusionPipeline",
      scheduler: ["diffusers", "DDIMScheduler"],
      unet: ["diffusers", "UNet2DConditionModel"],
      text_encoder: ["transformers", "CLIPTextModel"],
      tokenizer: ["transformers", "CLIPTokenizer"],
    });
    const alone = await open("peft");
    assert.deepEqual((await alone.predict(asked))[1], drawn[1]);
    await alone.dispose();
    await result.dispose();

    // The files of others' names train on where the run stopped.
    for (const folder of ["diffusers", "kohya"]) {
      const again = await model(pipeline).data(rows, captioned(), { test: 4 }).adapt(peft(folder))
        .train({ epochs: 0, samples: 0 }).evaluate({ denoisingError }).run(quiet);
      const difference = Math.abs(again.scores.denoisingError - scores.denoisingError);
      assert.ok(difference < 1e-5, `${folder} differs by ${difference}`);
      await again.dispose();
    }
  }));

Deno.test("what does not belong together is said before anything is trained", () =>
  inNewFolder(async () => {
    const rows = await captionedDrawings(10);
    const refused = async (
      reference: string,
      task: ReturnType<typeof imageGeneration>,
      ...told: string[]
    ) => {
      const plan = model(reference).data(rows, task, { test: 2 }).adapt(lora()).train({
        epochs: 1,
      });
      await assert.rejects(() => plan.run(quiet), isMistake("unsupported", ...told));
    };
    await refused(
      pipeline,
      imageGeneration({ image: "image", label: "kind" }),
      "this one reads captions; name their column",
    );
    await refused(pipeline, imageGeneration({ image: "image" }), "needs captions, which it reads");
    assert.throws(
      () => imageGeneration({ image: "image", caption: "image", label: "kind" }),
      isMistake("input", "image, caption must be different columns", "caption stands beside label"),
    );
  }));

Deno.test("each caption is encoded once, and the empty one stands for none", async () => {
  const asked: string[][] = [];
  const states = await captionStates({
    tokens: 2,
    size: 1,
    encode(captions) {
      asked.push([...captions]);
      return Promise.resolve({
        states: captions.map((caption) => Float32Array.of(caption.length, 1)),
        isCut: captions.map((caption) => caption.length > 2),
      });
    },
  }, ["cat", "", "ox", "cat"]);
  assert.deepEqual(asked, [["cat", "ox", ""]]);
  const numbers = ["cat", "", "ox", "cat"].map(states.numberOf);
  assert.deepEqual([numbers, states.none], [[0, 2, 1, 0], 2]);
  assert.equal(states.countCut(numbers), 2);
  assert.deepEqual(states.feedsOf([2, 0]).encoder_hidden_states, {
    shape: [2, 2, 1],
    data: Float32Array.of(0, 1, 3, 1),
  });
  const wide = { tokens: 1e6, size: 1e6, encode: () => Promise.reject() };
  await assert.rejects(
    captionStates(wide, ["a"]),
    isMistake("unsupported", "8000.0 GB, more than 2"),
  );
});

import assert from "node:assert/strict";
import { imageSize } from "../../../lib/image/image_size.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { areSame, compareAnswers, labelsSaid } from "./compare_answers.ts";
import { deployedImages } from "./deployed_images.ts";
import { askInDeno } from "./in_deno.ts";

// `deno task browser` asks the same of Chromium, with 50 images.
const heldOut = 20;

for (const deploy of deployedImages) {
  Deno.test(`transformers.js answers to ${heldOut} held-out images as the ${deploy.name} does`, () =>
    inFolder(async (folder) => {
      const deployed = await deploy(folder, heldOut);
      const { task, images } = deployed;
      const own = await deployed.predict(images);
      assert.equal(own.length, heldOut);
      assert.ok(labelsSaid(own) > 1, "all images have the same label");
      const sizes = await Promise.all(images.map((each) => imageSize(each, { where: task })));
      const differences = compareAnswers(own, await askInDeno(deployed, images), sizes);
      assert.ok(areSame(differences), JSON.stringify(differences));
      await deployed.dispose();
    }));
}

Deno.test("other answers are told from the same ones", () => {
  const sizes = [{ width: 10, height: 10 }];
  const object = { label: "red", score: 0.8, box: [1, 2, 3, 4] } as const;
  const own = [{
    task: "object-detection" as const,
    answer: { image: "", objects: [object] },
  }];
  const box = { xmin: 0.1, ymin: 0.2, xmax: 0.4, ymax: 0.6 };
  const same = (found: object) =>
    areSame(compareAnswers(own, [[{ label: "red", score: 0.8, box, ...found }]], sizes));
  assert.ok(same({}));
  assert.ok(!same({ label: "blue" }));
  assert.ok(!same({ score: 0.79 }));
  assert.ok(!same({ box: { ...box, xmax: 0.41 } }));
  assert.ok(!areSame(compareAnswers(own, [[]], sizes)));
});

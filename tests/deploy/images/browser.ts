/**
 * `deno task browser`: trains three small models of images, deploys them, and compares what transformers.js
 * says of 50 held-out images in Deno and in a headless Chromium with `result.predict`. It fails where answers
 * differ, and where there is no Chromium. Images of other sizes and transparent ones, which readers see
 * otherwise, are told and not judged.
 *
 * @module
 */
import { imageSize } from "../../../lib/image/image_size.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { type AnswerDifferences, areSame, compareAnswers, labelsSaid } from "./compare_answers.ts";
import { deployedImages } from "./deployed_images.ts";
import { askInChromium } from "./in_chromium.ts";
import { askInDeno } from "./in_deno.ts";

const heldOut = 50;
const places = { Deno: askInDeno, Chromium: askInChromium };

const wrong = await inFolder(async (folder) => {
  const wrong: string[] = [];
  for (const deploy of deployedImages) {
    const deployed = await deploy(folder, heldOut);
    const kinds = { "held-out": deployed.images, ...deployed.others };
    for (const [kind, images] of Object.entries(kinds)) {
      const own = await deployed.predict(images);
      if (kind === "held-out" && labelsSaid(own) < 2) {
        wrong.push(`${deployed.task}: one label alone`);
      }
      const sizes = await Promise.all(images.map((each) => imageSize(each, { where: kind })));
      for (const [place, ask] of Object.entries(places)) {
        const differences = compareAnswers(own, await ask(deployed, images), sizes);
        console.log(`${deployed.task}, ${kind}, ${place}: ${told(differences)}`);
        if (kind === "held-out" && !areSame(differences)) wrong.push(`${deployed.task}, ${place}`);
      }
    }
    await deployed.dispose();
  }
  return wrong;
});
if (wrong.length > 0) console.error(`not as predict: ${wrong.join("; ")}`);
Deno.exit(wrong.length > 0 ? 1 : 0);

function told(
  { images, equal, probability, edge, pixels: [other, all] }: AnswerDifferences,
): string {
  return [
    `${equal} of ${images} equal`,
    ...(all > 0 ? [`${other} of ${all} pixels of another class`] : []),
    ...(all > 0 ? [] : [`probabilities ${probability.toExponential(1)}`]),
    ...(edge > 0 ? [`edges ${edge.toExponential(1)} of the image`] : []),
  ].join(", ");
}

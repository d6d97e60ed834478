import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/mod.ts";
import { explainedImage } from "../../../lib/evaluate/explain/explained_image.ts";
import { explainedText } from "../../../lib/evaluate/explain/explained_text.ts";
import type { Explained, ExplainMethod } from "../../../lib/evaluate/explain/explained.ts";
import {
  type ExplainPrograms,
  explainPrograms,
} from "../../../lib/evaluate/explain/explain_programs.ts";
import { infidelityOf } from "../../../lib/evaluate/explain/faithfulness.ts";
import { inputTimesGradient } from "../../../lib/evaluate/explain/input_times_gradient.ts";
import { integratedGradients } from "../../../lib/evaluate/explain/integrated_gradients.ts";
import { limeWeights } from "../../../lib/evaluate/explain/lime.ts";
import { occlusion } from "../../../lib/evaluate/explain/occlusion.ts";
import { saliency } from "../../../lib/evaluate/explain/saliency.ts";
import { exactShapley, sampledShapley } from "../../../lib/evaluate/explain/shapley.ts";
import type { TargetTerm } from "../../../lib/evaluate/explain/target_terms.ts";
import { noAdapter } from "../../../lib/nn/merge.ts";
import type { Model } from "../../../lib/nn/model.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import {
  goldenLanguageModel,
  goldenModel,
  goldenPath,
  largestDifference,
  readGolden,
} from "../../models/golden.ts";
import { goldenImageModel, sized } from "../../models/golden_images.ts";

interface TextGolden {
  readonly ids: number[];
  readonly baseline: number[];
  readonly words: number[];
  readonly score: number;
  readonly saliency: number[];
  readonly inputTimesGradient: number[];
  readonly integrated: number[];
  readonly completenessError: number;
  readonly block: number[];
  readonly occlusion: number[];
  readonly shapley: number[];
  readonly orders: number[][];
  readonly sampled: number[];
  readonly masks: number[][];
  readonly lime: number[];
  readonly infidelity: number;
}

type ImageGolden = Pick<
  TextGolden,
  "saliency" | "inputTimesGradient" | "integrated" | "occlusion" | "shapley"
>;

interface Golden {
  readonly text: TextGolden;
  readonly next: TextGolden;
  readonly image: Readonly<Record<string, ImageGolden>>;
}

const golden: Golden = JSON.parse(await Deno.readTextFile(goldenPath("attributions.json")));
/** Both sides compute in float32; values are of the size of 0.01 to 1. */
const tolerance = 1e-4;
const steps = 20;

async function programsOf(model: Model, device = "cpu"): Promise<ExplainPrograms> {
  const { headRequest: head } = model;
  const objective = { head, outputs: head.outputs } as Objective;
  return explainPrograms({ model: { ...model, head: [] }, adapter: noAdapter, objective }, {
    device: await openDevice(device),
    state: undefined,
  });
}

function sequenceOf({ ids, words }: TextGolden, types: boolean) {
  return {
    ids: Int32Array.from(ids),
    types: types ? new Int32Array(ids.length) : undefined,
    wordOf: Int32Array.from(words),
    words: Math.max(...words) + 1,
    baselineId: 0,
  };
}

async function valuesOf(method: ExplainMethod, explained: Explained) {
  return await method.attribute!(explained);
}

function same(values: ArrayLike<number>, wanted: readonly number[], what: string): void {
  const difference = largestDifference(values, wanted);
  assert.ok(difference < tolerance, `${what} differs by ${difference}`);
  assert.ok(wanted.some((each) => Math.abs(each) > 10 * tolerance), `${what} says nothing`);
}

const contrast: readonly TargetTerm[] = [
  { place: 0, output: 1, weight: 1 },
  { place: 0, output: 0, weight: -1 },
];

const texts: readonly (readonly [
  name: "text" | "next",
  open: () => Promise<Model>,
  terms: readonly TargetTerm[],
])[] = [
  ["text", () => goldenModel("bert"), contrast],
  ["next", () => goldenLanguageModel("gpt2"), [{ place: 4, output: 5, weight: 1 }]],
];

for (const [name, open, terms] of texts) {
  const wanted = golden[name];
  for (const device of name === "text" ? ["cpu", "tfjs:cpu"] : ["cpu"]) {
    Deno.test(`attributions of words are Captum's: ${name}, on ${device}`, async () => {
      const programs = await programsOf(await open(), device);
      const target = { terms, kind: "single" } as const;
      const explained = explainedText(sequenceOf(wanted, name === "text"), { programs, target });
      const all = new Uint8Array(explained.features).fill(1);
      const [whole] = await explained.scores([all]);
      assert.ok(Math.abs(whole.sum - wanted.score) < tolerance);
      const gradients = [
        [saliency(), wanted.saliency],
        [inputTimesGradient(), wanted.inputTimesGradient],
        [integratedGradients({ steps }), wanted.integrated],
        [integratedGradients({ steps, layer: 1 }), wanted.block],
        [occlusion(), wanted.occlusion],
      ] as const;
      for (const [method, values] of gradients) {
        const found = await valuesOf(method, explained);
        same(found.values, values, method.name);
        if (method !== gradients[2][0]) continue;
        assert.ok(Math.abs(found.completenessError! - wanted.completenessError) < tolerance);
      }
      if (device === "cpu") await agreesWithManySteps(explained);
      same(await exactShapley(explained), wanted.shapley, "exact Shapley values");
      same(await sampledShapley(explained, wanted.orders), wanted.sampled, "sampled values");
      const masks = wanted.masks.map((mask) => Uint8Array.from(mask));
      const near = { width: 0.25, alpha: 1 };
      same(await limeWeights(explained, masks, near), wanted.lime, "LIME");
      const drawn = masks.slice(1);
      const changes = (await explained.scores(drawn)).map(({ sum }) => whole.sum - sum);
      const infidelity = infidelityOf(wanted.occlusion, drawn, changes);
      assert.ok(Math.abs(infidelity - wanted.infidelity) < tolerance);
      await programs.dispose();
    });
  }
}

/** As the method comes, its 24 points are within a thousandth of what 200 evenly spread steps give. */
async function agreesWithManySteps(explained: Explained): Promise<void> {
  for (const own of [{}, { layer: 1 }]) {
    const many = await valuesOf(integratedGradients({ ...own, steps: 200 }), explained);
    const few = await valuesOf(integratedGradients(own), explained);
    const most = Math.max(...many.values.map(Math.abs));
    const apart = Math.max(...few.values.map((value, at) => Math.abs(value - many.values[at])));
    assert.ok(apart < 1e-3 * most, `${apart} of ${most}`);
    assert.ok(Math.abs(few.completenessError!) < 1e-2 * most);
  }
}

for (const [name, wanted] of Object.entries(golden.image)) {
  Deno.test(`attributions of pixels and regions are Captum's: ${name}`, async () => {
    const { pixel_values } = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, "classification"), pixel_values);
    const programs = await programsOf(model);
    const [, ...each] = pixel_values.shape;
    const size = pixel_values.data.length / pixel_values.shape[0];
    const explained = explainedImage({
      pixels: { shape: [1, ...each], data: pixel_values.data.slice(0, size) },
      name: "pixel_values",
      regions: [2, 2],
      blank: 0,
    }, { programs, target: { terms: [{ place: 0, output: 2, weight: 1 }], kind: "single" } });
    for (
      const [method, values] of [
        [saliency(), wanted.saliency],
        [inputTimesGradient(), wanted.inputTimesGradient],
        [integratedGradients({ steps }), wanted.integrated],
        [occlusion(), wanted.occlusion],
      ] as const
    ) same((await valuesOf(method, explained)).values, values, method.name);
    same(await exactShapley(explained), wanted.shapley, "exact Shapley values");
    await programs.dispose();
  });
}

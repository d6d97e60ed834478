/**
 * Explains the labels of images.
 *
 * @module
 */
import { attributionBy } from "../../evaluate/explain/attribution_by.ts";
import { TunebookError } from "../../core/errors.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { HostTensor } from "../../engine/mod.ts";
import type { Attribution, ExplainMethod } from "../../evaluate/explain/explained.ts";
import { explainedImage } from "../../evaluate/explain/explained_image.ts";
import { explainPrograms } from "../../evaluate/explain/explain_programs.ts";
import { faithfulnessOf } from "../../evaluate/explain/faithfulness.ts";
import { heatMaps } from "../../evaluate/explain/heat_maps.ts";
import { attentionRollout, gradCam } from "../../evaluate/explain/map_methods.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { type HeatMap, scaledHeatMap } from "../../image/heat_map.ts";
import { batchInputs } from "../../nn/batch_inputs.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { calledImage } from "../../tasks/shared/image_input.ts";
import { saidLabels } from "../../tasks/shared/labelled_rows.ts";
import { askedLabels, explainedLabel, labelTarget } from "./explained_label.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import { type ImageExplanation, shownExplanation } from "./image_explanation.ts";

/** Rows and columns of the regions that are left out together. */
const usualRegions = [7, 7] as const;

/** Explains what the model says of each image. */
export async function explainImages(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<ImageExplanation[]> {
  const { task, processor, device, held } = model;
  const asked = askedLabels(task, options);
  const settings = { where: "the inputs", labelled: false, signal };
  const examples = await task.examples(task.tableOf(inputs), processor, settings);
  const logits = await model.outputsOf(examples);
  const trainable = model.trainableOf(examples);
  const { method = methodOf(trainable), regions = usualRegions } = options;
  refuseForImages(method, options);
  const outputs = logits.map((row) => explainedLabel(row, asked));
  const state = await model.stateOf();
  const on = { device, state, held, signal };
  const { feedsOf } = examples;
  const maps = method.looksAt
    ? await heatMaps(trainable, { ...on, method: method.looksAt, outputs, feedsOf })
    : undefined;
  const programs = explainPrograms(trainable, on);
  const name = pixelFeed(trainable);
  const encode = await pngEncoder();
  const explanations: ImageExplanation[] = [];
  try {
    for (const [row, label] of outputs.entries()) {
      const { [name]: pixels } = await feedsOf([row]);
      const target = labelTarget(task, label, asked);
      const explained = explainedImage({ pixels, name, regions, blank: 0 }, {
        programs,
        target,
        signal,
      });
      const found: FoundMap = maps
        ? { heatMap: maps[row], values: valuesOfMap(maps[row], regions) }
        : heatMapOf(await attributionBy(method, explained), pixels, regions);
      const { labels, task: { kind } } = task;
      const [said] = saidLabels(1, logits[row], { kind: kind as LabelKind, labels });
      explanations.push(shownExplanation({
        image: calledImage(inputs[row]),
        method: method.name,
        label: labels[label],
        ...(asked.against === undefined ? {} : { against: labels[asked.against] }),
        score: said.probabilities[labels[label]],
        heatMap: found.heatMap,
        ...(found.completenessError === undefined
          ? {}
          : { completenessError: found.completenessError }),
        faithfulness: await faithfulnessOf(found.values, explained),
        seen: await examples.images!.fitted(row),
        encode,
      }));
    }
  } finally {
    await programs.dispose();
  }
  return explanations;
}

interface FoundMap extends Pick<Attribution, "values" | "completenessError"> {
  readonly heatMap: HeatMap;
}

/** Of each pixel where the method says something of each, else of each region. */
function heatMapOf(
  { units, values, completenessError }: Attribution,
  { shape: [, , height, width] }: HostTensor,
  [rows, columns]: readonly [number, number],
): FoundMap {
  return {
    values,
    ...(completenessError === undefined ? {} : { completenessError }),
    heatMap: units
      ? { width, height, data: Float32Array.from(units) }
      : { width: columns, height: rows, data: Float32Array.from(values) },
  };
}

/** What a map has in each region. */
function valuesOfMap(
  map: HeatMap,
  [rows, columns]: readonly [number, number],
): Float64Array {
  return Float64Array.from(scaledHeatMap(map, columns, rows).data);
}

/** The feed of the pixels; gradients need numbers, and regions the colours first. */
function pixelFeed({ model }: TrainableModel): string {
  const [[name, { type, shape }]] = Object.entries(batchInputs(model));
  if (type === "float32" && shape.length === 4) return name;
  throw new TunebookError(
    "unsupported",
    `explain reads pixels as numbers, and ${model.family.modelType} models take others`,
  );
}

/** The method that a model has: it follows attention over patches, else it looks at maps. */
function methodOf({ model: { family } }: TrainableModel): ExplainMethod {
  return family.stack && family.patchGrid ? attentionRollout() : gradCam();
}

/** Attention is the same whichever label is asked for, and there are no tokens. */
function refuseForImages(
  { looksAt }: ExplainMethod,
  { label, against, baseline }: ExplainOptions,
): void {
  const wrong = baseline !== undefined
    ? "baseline is a token of texts; regions of images that are left out are blank"
    : looksAt === "attentionRollout" && (label ?? against) !== undefined
    ? "attentionRollout shows what the model looks at, whatever the label; leave label and against out, or take gradCam() " +
      "on a network of convolutions, or integratedGradients()"
    : looksAt === "gradCam" && against !== undefined
    ? "gradCam() explains one label; leave against out, or take integratedGradients()"
    : undefined;
  if (wrong !== undefined) throw new TunebookError("input", `explain: ${wrong}`);
}

/**
 * A plan for a notebook: its stages, the model's card, the data and a forecast. Trains nothing and
 * downloads nothing.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { messageOf } from "../../core/errors.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { shownName } from "../../core/quoted.ts";
import { openDevice, sizeOf } from "../../engine/mod.ts";
import type { ModelConfig } from "../../nn/family.ts";
import { eightBitAbove } from "../../nn/eight_bit_above.ts";
import { type EightBitLinears, eightBitText } from "../../nn/eight_bit_linears.ts";
import { countFrozenLayers } from "../../nn/frozen_layers.ts";
import { attachTo, modelWeights, textConfig } from "../../nn/model.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { trainedTensors, trainedWeights } from "../../nn/trained.ts";
import type { Compute } from "../../train/compute_option.ts";
import { choosePacking } from "../../train/packing.ts";
import { planSteps } from "../../train/step_plan.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import { exampleLengths } from "../../train/training_rows.ts";
import { parseReference } from "../../weights/reference.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { loadWith } from "../run/assemble_stage.ts";
import { dataForHead } from "../run/head_labels.ts";
import { type OpenedModel, openStage, processorOf } from "../run/open_stage.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import { textRoom } from "../run/text_room.ts";
import { describePlan } from "./describe_plan.ts";
import { fewStepsNote, startsAnew } from "../run/few_steps.ts";
import { type Forecast, forecast } from "./forecast.ts";
import { decodedRows, rolloutForecast, rolloutSizes } from "./rollout_forecast.ts";
import { measureProducts } from "./measure_products.ts";
import { timeText } from "./training_view.ts";

/** Rows whose tokens are counted; the lengths of all follow from them. */
const sampledRows = 256;

type Facts = [string, string][];

/** The plan in several formats. What cannot be known yet is said, not an error. */
export async function planDisplay(given: PlanSpec): Promise<MimeBundle> {
  // A folder that cannot be read is told with the facts.
  const method = await given.method.open?.().catch(() => undefined) ?? given.method;
  const parts = { ...given, method };
  const described = describePlan(parts);
  const stages: Facts = described.split("\n").map((line) => {
    const [stage] = line.split(" ", 1);
    return [stage, line.slice(stage.length).trim()];
  });
  const facts = await factsOf(parts).catch((error): Facts => [
    ["not known yet", messageOf(error)],
  ]);
  const columns = [{ title: "what" }, { title: "value" }];
  return bundleOf(
    [described, "", ...facts.map(([what, value]) => `${what}: ${value}`)].join("\n"),
    htmlFrame(
      htmlTable({
        caption: "The plan; nothing has run yet",
        columns: [{ title: "stage" }, { title: "setting" }],
        rows: stages,
      }),
      htmlTable({ caption: "Model, data and forecast", columns, rows: facts }),
    ),
  );
}

async function factsOf(spec: PlanSpec): Promise<Facts> {
  const { model: reference } = spec;
  if (parseReference(reference).kind === "new") {
    return [[
      "not known yet",
      "the model is new; the run makes it and its tokenizer from the rows",
    ]];
  }
  if (parseReference(reference).kind === "url" || isAddress(spec.data)) {
    return [["not known yet", "the model or the data is on the web; the run downloads it"]];
  }
  const settings = trainSettings(spec.train);
  const opened = await openStage(spec, { offline: true });
  const { family, config } = opened;
  const method = await spec.method.open?.() ?? spec.method;
  const read = await dataForHead(opened, await readStage(spec), method);
  const { labels } = read.task;
  const quantize = spec.quantize ?? spec.method.quantize;
  const model = await loadWith(opened, read.task, { seed: settings.seed, quantize });
  const extras = opened.tokenizer
    ? { encode: (text: string) => Int32Array.from(opened.tokenizer!.encode(text).ids) }
    : {};
  const adapter = attachTo(model, method, extras);
  const weights = modelWeights(model);
  const trained = countOf(trainedTensors(model, adapter));
  const total = countOf(weights) + countOf(adapter.parameters);
  const known = await forecastOf({ model, adapter }, read, opened, settings);
  const sizes = Object.entries(read.splits).filter(([, table]) => table)
    .map(([name, table]) => `${name} ${table!.numRows().toLocaleString("en")}`);
  const share = (100 * trained / total).toPrecision(3);
  const vocabulary = family.input === "text"
    ? `, ${textConfig(opened).vocabSize.toLocaleString("en")} tokens`
    : "";
  const few = fewStepsNote({
    settings,
    totalSteps: known.steps,
    startsAnew: startsAnew(method.method),
  });
  const shown = labels.slice(0, 8).map(shownName).join(", ") + (labels.length > 8 ? ", …" : "");
  return [
    [
      "model",
      `${family.modelType}, ${
        layersOf(config)
      } layers × ${config.hiddenSize}, ${config.numHeads} heads` +
      vocabulary,
    ],
    ...(family.part ? [["of it", family.part.note] satisfies [string, string]] : []),
    [
      "parameters",
      `${trained.toLocaleString("en")} trained of ${total.toLocaleString("en")} (${share} %)`,
    ],
    ["rows", sizes.join(", ")],
    ...(labels.length > 0 ? [["labels", shown] satisfies [string, string]] : []),
    ["steps", known.steps.toLocaleString("en")],
    ...(known.sampling ? [["sampling", known.sampling] satisfies [string, string]] : []),
    ...(few ? [["note", few] satisfies [string, string]] : []),
    ...(read.headNote ? [["head", read.headNote] satisfies [string, string]] : []),
    ...(known.packing ? [["packing", known.packing] satisfies [string, string]] : []),
    ...(settings.compute === "float32" ? [] : [
      [
        "compute",
        settings.compute === "int8"
          ? `int8: ${eightBitText(known.eightBit)}`
          : "auto: the run measures int8 beside float32, whose time is below",
      ] satisfies [string, string],
    ]),
    ["device", "cpu in float32, unless the run is given another device or precision"],
    [
      "training time",
      `about ${timeText(known.seconds)} on this machine's processor` +
      (known.sampling ? ", sampling not counted" : ""),
    ],
    ["memory", `about ${Math.round(known.bytes / 1e7) * 10} MB for this run alone`],
    [
      "how sure",
      "memory may be off by a sixth (quantised: a quarter), time by a third, on a busy machine by a " +
      "factor of two or more",
    ],
  ];
}

/** A forecast from a sample of the rows. */
export async function forecastOf(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
  { splits, task }: ReadData,
  opened: OpenedModel,
  settings: TrainSettings,
): Promise<
  Forecast & {
    readonly packing?: string;
    readonly eightBit: EightBitLinears;
    /** How much a training by rewards samples, and how long that takes. */
    readonly sampling?: string;
  }
> {
  const { config } = opened;
  const texts = task.task.report.texts(splits.train).map(String);
  // The longest row decides how much memory the largest batch needs.
  const longest = texts.reduce((at, text, row) => text.length > texts[at].length ? row : at, 0);
  const every = Math.max(1, Math.floor(texts.length / sampledRows));
  const chosen = [longest, ...texts.keys().filter((row) => row % every === 0)];
  const room = textRoom(settings.maxTokens, config, adapter);
  const examples = await task.examples(
    pickRows(splits.train, chosen),
    processorOf(opened, room),
    { where: "the training data" },
  );
  const { virtualTokens = 0 } = adapter;
  const { rollouts } = examples;
  const sizes = rollouts && rolloutSizes(rollouts, examples.lengths);
  const [first, ...sample] = Array.from(
    exampleLengths(rollouts ?? examples),
    (each) => each + virtualTokens * (sizes?.groupSize ?? 1),
  );
  const lengths = texts.map((_, row) => row === longest ? first : sample[row % sample.length]);
  const frozenLayers = countFrozenLayers({ model, adapter });
  const keptLayers = settings.cacheFrozen && settings.epochs > 1 && !rollouts ? frozenLayers : 0;
  const packing = model.family.stack
    ? choosePacking(
      { model, adapter },
      { lengths, packedFeedsOf: examples.packedFeedsOf },
      settings,
      planSteps(lengths, settings),
      keptLayers,
    )
    : undefined;
  const { numDecoderLayers = 0 } = config;
  const eightBit = eightBitAbove({ model, adapter }, keptLayers);
  const device = await openDevice("cpu");
  const rate = (compute: Compute, rows?: number) =>
    measureProducts(device, config.hiddenSize, compute, rows);
  const productRate = await rate("float32");
  const made = forecast({
    config: { hiddenSize: config.hiddenSize, numLayers: config.numLayers + numDecoderLayers },
    weights: modelWeights(model),
    trained: countOf(trainedTensors(model, adapter)),
    ownTrained: countOf(trainedWeights(model, adapter)),
    frozenLayers,
    cacheFrozen: settings.cacheFrozen && !rollouts,
    updates: sizes?.updates,
    // Each token of an encoder-decoder goes through one of two stacks: about half of the layers.
    lengths: model.family.decoder ? lengths.map((length) => length / 2) : lengths,
    layoutOf: packing?.layoutOf,
    quantized: model.quantized,
    settings,
    productRate,
    eightBitRate: settings.compute === "int8" && eightBit.chosen.size > 0
      ? await rate("int8")
      : undefined,
  });
  const prompts = Math.min(settings.batchSize * settings.accumulate, lengths.length);
  const sampling = sizes && describeSampling({
    ...{ ...sizes, prompts, productRate, weights: modelWeights(model) },
    vocabSize: textConfig(model).vocabSize,
    hiddenSize: config.hiddenSize,
    rollouts: made.steps / sizes.updates,
    decodeRate: await rate("float32", Math.min(decodedRows, prompts * sizes.groupSize)),
  });
  return {
    ...made,
    eightBit,
    ...(sampling ? { sampling } : {}),
    ...(packing?.layoutOf ? { packing: packing.reason } : {}),
  };
}

/** How much is sampled, and how long that takes at most. */
function describeSampling(input: Parameters<typeof rolloutForecast>[0]): string {
  const { rollouts, prompts, groupSize, maxNewTokens } = input;
  return `${rollouts.toLocaleString("en")} times ${prompts * groupSize} answers of at most ` +
    `${maxNewTokens} tokens: at least ${
      timeText(rolloutForecast(input))
    } if all are as long; the time ` +
    "of rewards and of the reference comes on top";
}

/** `6`, or of an encoder-decoder `6 + 6`. */
function layersOf({ numLayers, numDecoderLayers }: ModelConfig): string {
  return numDecoderLayers === undefined ? `${numLayers}` : `${numLayers} + ${numDecoderLayers}`;
}

function countOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function isAddress(source: unknown): boolean {
  return typeof source === "string" && /^https?:/i.test(source);
}

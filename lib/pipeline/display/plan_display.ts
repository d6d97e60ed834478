/**
 * A plan for a notebook: its stages, the model's card, the data and a forecast. Trains nothing and
 * downloads nothing.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { messageOf } from "../../core/errors.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { openDevice, sizeOf } from "../../engine/mod.ts";
import { loadModel, readModelConfig } from "../../models/load_model.ts";
import { countFrozenLayers } from "../../nn/frozen_layers.ts";
import { attachTo, modelWeights } from "../../nn/model.ts";
import { trainedSlots, trainedWeights } from "../../nn/trained.ts";
import { loadTokenizer } from "../../text/tokenizer.ts";
import { textColumn } from "../../table/columns.ts";
import { choosePacking } from "../../train/packing.ts";
import { planSteps } from "../../train/step_plan.ts";
import { trainSettings } from "../../train/train_options.ts";
import { parseReference } from "../../weights/reference.ts";
import { resolveModel } from "../../weights/resolve_model.ts";
import { describePlan } from "./describe_plan.ts";
import { forecast, measureProducts } from "./forecast.ts";
import type { PlanParts } from "../plan_parts.ts";
import { readSplits, readTrainingLabels } from "../run/prepare_data.ts";
import { textRoom } from "../run/text_room.ts";
import { timeText } from "./training_view.ts";

/** Rows whose tokens are counted; the lengths of all follow from them. */
const sampledRows = 256;

type Facts = [string, string][];

/** The plan in several formats. What cannot be known yet is said, not an error. */
export async function planDisplay(given: PlanParts): Promise<MimeBundle> {
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

async function factsOf(parts: PlanParts): Promise<Facts> {
  const { model: reference, columns } = parts;
  if (parseReference(reference).kind === "url" || isAddress(parts.data)) {
    return [["not known yet", "the model or the data is on the web; the run downloads it"]];
  }
  const settings = trainSettings(parts.train);
  const files = await resolveModel(reference, { offline: true });
  const { family, config, json } = await readModelConfig(files.config);
  const splits = await readSplits(parts.data, columns);
  const labels = readTrainingLabels(splits, columns)?.names;
  const model = await loadModel({
    reference,
    config: files.config,
    weights: files.weights,
    ...(labels ? { outputs: labels.length } : {}),
    seed: settings.seed,
    quantize: parts.quantize ?? parts.method.quantize,
  });
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer!,
    modelType: family.modelType,
    config: json,
    ...(files.tokenizerConfig ? { tokenizerConfig: files.tokenizerConfig } : {}),
  });
  const adapter = attachTo(model, await parts.method.open?.() ?? parts.method, {
    encode: (text) => Int32Array.from(tokenizer.encode(text).ids),
  });
  const count = (list: readonly { readonly shape: readonly number[] }[]) =>
    list.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const weights = modelWeights(model);
  const trained = count(trainedSlots(model, adapter));
  const total = count(weights) + count(adapter.parameters);
  const texts = textColumn(splits.train, columns.text);
  const every = Math.max(1, Math.floor(texts.length / sampledRows));
  const maxTokens = textRoom(settings.maxTokens, config, adapter);
  const { virtualTokens = 0 } = adapter;
  const lengthOf = (text: string) =>
    virtualTokens + tokenizer.encode(text, undefined, { maxTokens }).ids.length;
  const sample = texts.filter((_, row) => row % every === 0).map(lengthOf);
  const lengths = texts.map((_, row) => sample[row % sample.length]);
  // The longest row decides how much memory the largest batch needs.
  const longest = texts.reduce((at, text, row) => text.length > texts[at].length ? row : at, 0);
  lengths[longest] = lengthOf(texts[longest]);
  const frozenLayers = countFrozenLayers({ model, adapter });
  const keptLayers = settings.cacheFrozen && settings.epochs > 1 ? frozenLayers : 0;
  const positions = columns.label === undefined ? "all" as const : "summary" as const;
  const { reason, layoutOf } = choosePacking(
    { model, adapter, objective: { positions } },
    { lengths, packedFeedsOf: true },
    settings,
    planSteps(lengths, settings),
    keptLayers,
  );
  const device = await openDevice("cpu");
  const known = forecast({
    config,
    weights,
    trained,
    ownTrained: count(trainedWeights(model, adapter)),
    frozenLayers,
    cacheFrozen: settings.cacheFrozen,
    lengths,
    layoutOf,
    packed: model.packed,
    settings,
    productRate: await measureProducts(device, config.width),
  });
  const sizes = Object.entries(splits).filter(([, table]) => table)
    .map(([name, table]) => `${name} ${table!.numRows().toLocaleString("en")}`);
  const share = (100 * trained / total).toPrecision(3);
  return [
    [
      "model",
      `${family.modelType}, ${config.layers} layers × ${config.width}, ${config.heads} heads, ` +
      `${config.vocabulary.toLocaleString("en")} tokens`,
    ],
    [
      "parameters",
      `${trained.toLocaleString("en")} trained of ${total.toLocaleString("en")} (${share} %)`,
    ],
    ["rows", sizes.join(", ")],
    ...(labels
      ? [
        ["labels", labels.slice(0, 8).join(", ") + (labels.length > 8 ? ", …" : "")] satisfies [
          string,
          string,
        ],
      ]
      : []),
    ["steps", `${known.steps.toLocaleString("en")}`],
    ...(layoutOf ? [["packing", reason] as [string, string]] : []),
    ["training time", `about ${timeText(known.seconds)} on this machine's processor`],
    ["memory", `about ${Math.round(known.bytes / 1e7) * 10} MB for this run alone`],
    [
      "how sure",
      "memory may be off by a sixth (quantised: a quarter), time by a third, on a busy machine by a " +
      "factor of two or more",
    ],
  ];
}

function isAddress(source: unknown): boolean {
  return typeof source === "string" && /^https?:/i.test(source);
}

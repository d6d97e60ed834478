/**
 * Looks at what a model would answer to inputs after each of its blocks.
 *
 * @module
 */
import { withDisplay } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import type { LabelKind } from "../../data/labels.ts";
import { lensPlaces } from "../../evaluate/explain/lens_program.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import { textProcessor } from "../../tasks/shared/text_examples.ts";
import { refuseLongTexts } from "../explain/explained_label.ts";
import type { ExplainableModel } from "../explain/explainable_model.ts";
import { programsOf } from "../explain/programs_of.ts";
import { textWords } from "../explain/text_words.ts";
import { placesOfWord } from "../explain/word_places.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { displayOfLenses, shownLens } from "./lens_display.ts";
import { lensPlaceOf, type LensReading } from "./lens_layers.ts";
import type { LogitLensOptions } from "./lens_options.ts";
import type { LogitLens } from "./logit_lens.ts";

/** A text as the model takes it, and where it is looked at. */
interface LookedAt {
  readonly texts: readonly string[];
  readonly ids: Int32Array;
  readonly types: Int32Array | undefined;
  readonly places: readonly number[];
  /** What stands at each place; nothing where the answer is one of the whole text. */
  readonly tokens?: readonly string[];
}

const usualTop = 3;
const usualPlaces = 8;

/** What the model would answer to each input. Nothing stays compiled. */
export async function lookThroughLens(
  inputs: readonly unknown[],
  options: LogitLensOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<LogitLens[]> {
  requireInputs(inputs, "logitLens");
  const { task } = model;
  const writes = task.head.name === "language" && task.writing !== undefined;
  refuseOthers(task, options, writes);
  if (inputs.length === 0) return [];
  const processor = textProcessor(task.task.name, model.processor);
  const { top = usualTop } = options;
  const { tokenizer } = processor;
  const reading: LensReading = writes
    ? { kind: "single", top, nameOf: (id) => tokenizer.decode([id]) || tokenizer.tokenText(id) }
    : { kind: kindOf(task), top, nameOf: (output) => task.labels[output] };
  const all = writes
    ? writtenPlaces(inputs, processor, task, options)
    : labelledPlaces(inputs, processor, task, options);
  refuseLongTexts(all.map(({ ids }) => ids.length), processor.maxTokens);
  const { head } = task;
  const asked = { objective: () => ({ head, outputs: head.outputs }) } as unknown as AnyExamples;
  const programs = await programsOf(model, model.trainableOf(asked), signal);
  try {
    const lenses: LogitLens[] = [];
    for (const { texts, ids, types, places, tokens } of all) {
      const shape = [1, ids.length];
      const { logits } = await programs.run("lens", {
        input_ids: { shape, data: ids },
        attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
        ...(types ? { token_type_ids: { shape, data: types } } : {}),
        [lensPlaces]: { shape: [places.length], data: Int32Array.from(places) },
      });
      lenses.push(shownLens({
        texts,
        places: places.map((_, at) => ({
          ...(tokens ? { token: tokens[at] } : {}),
          ...lensPlaceOf(logits, at, reading),
        })),
      }));
    }
    return withDisplay(lenses, displayOfLenses);
  } finally {
    await programs.dispose();
  }
}

/** Behind the last tokens of each prompt. */
function writtenPlaces(
  inputs: readonly unknown[],
  processor: TextProcessor,
  { writing }: AnyLabelledTask,
  { places: most = usualPlaces }: LogitLensOptions,
): LookedAt[] {
  const { tokenizer } = processor;
  return inputs.map((input, at) => {
    const ids = Int32Array.from(writing!.promptOf(input, processor, `input ${at + 1}`));
    const first = Math.max(0, ids.length - most);
    const places = Array.from({ length: ids.length - first }, (_, behind) => first + behind);
    const tokens = places.map((place) =>
      tokenizer.decode([ids[place]]) || tokenizer.tokenText(ids[place])
    );
    return { texts: [tokenizer.decode(ids)], ids, types: undefined, places, tokens };
  });
}

/** At the pooled token of each text, or at the first token of a word. */
function labelledPlaces(
  inputs: readonly unknown[],
  processor: TextProcessor,
  { task: { kind } }: AnyLabelledTask,
  { word }: LogitLensOptions,
): LookedAt[] {
  const isTagged = kind === "tags";
  const texts = inputs.map((input) => [input].flat().map(String));
  const given = isTagged ? texts.map((each) => [each.join(" ")]) : texts;
  const all = given.map((each) => textWords(each, processor, undefined));
  const places = isTagged ? placesOfWord("logitLens", word, given.flat(), all) : [];
  return all.map(({ tokens: { ids, types } }, row) => ({
    texts: given[row],
    ids,
    types,
    places: [isTagged ? places[row] : processor.poolsLast ? ids.length - 1 : 0],
    ...(isTagged ? { tokens: [word!] } : {}),
  }));
}

function kindOf({ task: { kind } }: AnyLabelledTask): LabelKind {
  return kind === "tags" ? "single" : kind as LabelKind;
}

function refuseOthers(
  { head, task: { name, kind, input } }: AnyLabelledTask,
  { places, word }: LogitLensOptions,
  writes: boolean,
): void {
  const tags = kind === "tags";
  if (input === "image" || (head.name !== "classification" && !writes && !tags)) {
    throw new TunebookError(
      "unsupported",
      "logitLens shows labels of texts, tags of words and written tokens after each block; the task here " +
        `is ${name}`,
    );
  }
  const wrong = [
    ...(places !== undefined && !writes ? [["places", "that write"]] : []),
    ...(word !== undefined && !tags ? [["word", "that tag words"]] : []),
  ];
  for (const [option, which] of wrong) {
    throw new TunebookError("input", `logitLens: ${option} is for tasks ${which}, not ${name}`);
  }
}

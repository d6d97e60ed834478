/**
 * Explains the labels of texts.
 *
 * @module
 */
import { attributionBy } from "../../evaluate/explain/attribution_by.ts";
import { TunebookError } from "../../core/errors.ts";
import { attentionShares } from "../../evaluate/explain/attention_shares.ts";
import {
  type Explained,
  type ExplainMethod,
  sumByFeature,
} from "../../evaluate/explain/explained.ts";
import { explainedText } from "../../evaluate/explain/explained_text.ts";
import type { ExplainPrograms } from "../../evaluate/explain/explain_programs.ts";
import { faithfulnessOf } from "../../evaluate/explain/faithfulness.ts";
import { integratedGradients } from "../../evaluate/explain/integrated_gradients.ts";
import type { Attribution } from "../../evaluate/explain/explained.ts";
import { saidLabels } from "../../tasks/shared/labelled_rows.ts";
import { textProcessor } from "../../tasks/shared/text_examples.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { AskedLabels } from "./explained_label.ts";
import { askedLabels, explainedLabel, labelTarget, refuseLongTexts } from "./explained_label.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import { shownTextExplanation, type TextExplanation } from "./text_explanation.ts";
import { type TextWords, textWords } from "./text_words.ts";
import { programsOf } from "./programs_of.ts";

/** Explains what the model says of each text or pair of texts. */
export async function explainTexts(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<TextExplanation[]> {
  const { task, processor } = model;
  const { method = integratedGradients(), baseline } = options;
  refuseForTexts(method, options);
  const asked = askedLabels(task, options);
  const own = textProcessor(task.task.name, processor);
  const examples = await task.examples(task.tableOf(inputs), processor, {
    where: "the inputs",
    labelled: false,
    signal,
  });
  const texts = inputs.map((input) => [input].flat().map(String));
  const all = texts.map((each) => textWords(each, own, baseline));
  refuseLongTexts(all.map(({ tokens }) => tokens.ids.length), own.maxTokens);
  const logits = await model.outputsOf(examples);
  const programs = await programsOf(model, model.trainableOf(examples), signal);
  try {
    const explanations: TextExplanation[] = [];
    for (const [row, words] of all.entries()) {
      explanations.push(
        await explainedAs(texts[row], words, logits[row], {
          asked,
          method,
          programs,
          task,
          signal,
        }),
      );
    }
    return explanations;
  } finally {
    await programs.dispose();
  }
}

interface ExplainContext {
  readonly asked: AskedLabels;
  readonly method: ExplainMethod;
  readonly programs: ExplainPrograms;
  readonly task: ExplainableModel["task"];
  readonly signal: AbortSignal;
}

async function explainedAs(
  texts: readonly string[],
  { words, tokens }: TextWords,
  logits: Float32Array,
  { asked, method, programs, task, signal }: ExplainContext,
): Promise<TextExplanation> {
  const label = explainedLabel(logits, asked);
  const target = labelTarget(task, label, asked);
  const explained = explainedText(tokens, { programs, target, signal });
  const attribution = await attributionOf(method, explained, tokens, programs);
  const { units, values, completenessError } = attribution;
  const [said] = saidLabels(1, logits, { kind: task.task.kind as LabelKind, labels: task.labels });
  const special = units?.reduce(
    (sum, value, token) => tokens.wordOf[token] < 0 ? sum + value : sum,
    0,
  );
  return shownTextExplanation({
    texts,
    method: method.name,
    label: task.labels[label],
    ...(asked.against === undefined ? {} : { against: task.labels[asked.against] }),
    score: said.probabilities[task.labels[label]],
    words: words.map(({ of, start, end }, at) => ({
      word: texts[of].slice(start, end),
      of,
      start,
      end,
      value: values[at],
    })),
    ...(special === undefined ? {} : { specialTokens: special }),
    ...(completenessError === undefined ? {} : { completenessError }),
    faithfulness: await faithfulnessOf(values, explained),
  });
}

async function attributionOf(
  method: ExplainMethod,
  explained: Explained,
  { ids, types }: TextWords["tokens"],
  programs: ExplainPrograms,
): Promise<Attribution> {
  if (method.attribute) return await attributionBy(method, explained);
  const units = await attentionShares(ids, types, programs);
  return { units, values: sumByFeature(units, explained) };
}

/** Grad-CAM looks at maps, and attention is the same whichever label is asked for. */
function refuseForTexts(
  { looksAt }: ExplainMethod,
  { label, against, regions }: ExplainOptions,
): void {
  const wrong = looksAt === "gradCam"
    ? "gradCam() looks at maps of images; take integratedGradients() for texts"
    : looksAt === "attentionRollout" && (label ?? against) !== undefined
    ? "attentionRollout() shows what the model looks at, whatever the label; leave label and against out"
    : regions !== undefined
    ? "regions are of images; words of texts are left out one by one"
    : undefined;
  if (wrong !== undefined) throw new TunebookError("input", `explain: ${wrong}`);
}

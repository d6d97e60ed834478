/**
 * Adapters as models on one base: its weights are in memory once, theirs when they are asked for.
 *
 * @module
 */
import { readPeftFiles, readPeftHeader } from "../../adapters/peft/files.ts";
import { type OpenedAdapter, sharedAdapter } from "../../adapters/several/shared_adapter.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { stackOf } from "../../nn/encoder.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { ServedBase, ServedModel } from "../../serve/served_base.ts";
import type { Base } from "../open/open_base.ts";
import { predictRows } from "../open/predict_rows.ts";
import { adapterFolder, adapterTask, trainedAdapter } from "../open/trained_adapter.ts";
import type { TrainedTask } from "../open/answerer.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { loadedAdapters } from "./loaded_adapters.ts";
import { servedModel, tokensOf } from "./served_model.ts";
import type { NamedSource } from "./served_sources.ts";

/** A base that answers without an adapter. */
export interface OwnTask {
  readonly source: NamedSource;
  readonly task: AnyLabelledTask;
}

/** What is served on a base. */
export interface AdaptersBaseOptions {
  /** The base's own name and what it was trained for, where it answers without an adapter. */
  readonly own?: OwnTask;
  /** Folders of adapters. */
  readonly adapters: readonly NamedSource[];
  /** The most adapters in memory. */
  readonly maxAdapters: number;
}

/**
 * Serves adapters under their names; inputs of several share a batch. Adapters that cannot be on this base are
 * one error of kind "input".
 */
export async function adaptersBase(
  base: Base,
  { own, adapters, maxAdapters }: AdaptersBaseOptions,
): Promise<ServedBase> {
  const { opened } = base;
  stackOf(opened.family);
  const folders = new Map<string, string>();
  const models: ServedModel[] = [];
  const wrong: string[] = [];
  const roomOf = (tokens: number) => opened.tokenizer ? tokens : undefined;
  if (own) {
    models.push(await servedModel(own.source, own.task, roomOf(base.maxTokens)));
  }
  for (const source of adapters) {
    try {
      const folder = (await adapterFolder(source.reference))!;
      const notes = await readPeftHeader(folder);
      const task = adapterTask(source.name, notes, base, {});
      folders.set(source.name, folder);
      models.push(await servedModel(source, task, roomOf(notes.maxTokens ?? base.maxTokens)));
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(messageOf(error));
    }
  }
  if (wrong.length > 0) {
    throw mistakes("input", `these adapters cannot be served on ${opened.reference}:`, wrong);
  }
  const alone = own && openedAdapter("the base", await withoutAdapter(base, own.task));
  const loaded = loadedAdapters(maxAdapters, async (name) => {
    const files = await readPeftFiles(folders.get(name)!);
    const { maxTokens, ...trained } = await trainedAdapter(name, files, base, {});
    return openedAdapter(name, trained, files.maxTokens ? maxTokens : undefined);
  });
  const adapterOf = ({ name }: ServedModel): Promise<OpenedAdapter> =>
    alone && name === own.source.name ? Promise.resolve(alone) : loaded.get(name);
  return {
    reference: opened.reference,
    models,
    async predict(asked, signal) {
      try {
        const acting = await Promise.all(asked.map(({ model }) => adapterOf(model)));
        return await predictRows(asked.map(({ input }) => input), acting, { base, signal });
      } finally {
        loaded.trim();
      }
    },
    async textModel(model) {
      const adapter = await adapterOf(model);
      loaded.trim();
      return base.textModelOf(adapter);
    },
    tokens: async (model, text) => await tokensOf(opened, model, text),
    dispose: () => base.dispose(),
  };
}

async function withoutAdapter(
  base: Base,
  task: AnyLabelledTask,
): Promise<Omit<TrainedTask, "maxTokens">> {
  return { model: await base.modelWith(task.head), attached: noAdapter, values: new Map(), task };
}

/** An adapter as it shares its base, made once: batches keep what they need by it. */
function openedAdapter(
  name: string,
  { model, attached, values, task }: Omit<TrainedTask, "maxTokens">,
  maxTokens?: number,
): OpenedAdapter {
  const trained = { model, attached, values };
  return {
    ...trained,
    task,
    entry: sharedAdapter(name, trained),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

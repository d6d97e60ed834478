/**
 * Downloads a model from any web server into a folder beside the hub's cache.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { checksumOf } from "./checksum.ts";
import { download } from "./download.ts";
import { type DownloadOptions, downloadSettings } from "./hub_settings.ts";
import { isFile } from "./is_file.ts";
import { fetchModelFiles } from "./fetch_model.ts";
import { missingFiles } from "./model_files.ts";
import { lookUp, urlPath } from "./remote_file.ts";
import { isUnreachable, type Network } from "./request.ts";
import { unwritableCache } from "./unwritable_cache.ts";

/** A model that was downloaded from a web server. */
export interface DownloadedModel {
  /** The folder with its files. */
  readonly folder: string;
  /** Path of the weights, when the URL named one file. */
  readonly weights?: string;
}

/**
 * Brings the model at `url` onto this machine: a folder that holds config.json, or one
 * `.safetensors` file with config.json beside it, or one `.gguf` file. A file is fetched again only when its entity tag
 * has changed; when the server cannot be reached, an earlier download stands in. No access token is
 * sent.
 */
export async function downloadFromUrl(
  url: string,
  options: DownloadOptions = {},
): Promise<DownloadedModel> {
  const settings = await downloadSettings(options);
  const network: Network = { ...settings, token: undefined, explain: explainRefusal };
  const base = new URL(url);
  const weightsFile = /\.(safetensors|gguf)$/i.test(base.pathname) ? fileName(base) : undefined;
  if (!weightsFile && !base.pathname.endsWith("/")) base.pathname += "/";
  const folder = join(dirname(settings.cacheFolder), "tunebook", shortHash(base.href));
  const model = { folder, weights: weightsFile && join(folder, weightsFile) };
  if (settings.offline) {
    const missing = await missingFiles(folder, weightsFile);
    if (missing.length === 0) return model;
    throw new TunebookError(
      "download",
      `${url} is not complete in ${folder} and HF_HUB_OFFLINE is set; missing: ` +
        `${missing.join(", ")}. Unset it, or download the model once while online.`,
    );
  }
  let reached = false;
  try {
    await fetchModelFiles(url, async (name) => {
      const from = name === weightsFile ? base : new URL(urlPath(name), base);
      const path = await fetchIfChanged(from.href, folder, name, network);
      reached = true;
      return path;
    }, weightsFile);
  } catch (error) {
    // Once some files were renewed, the others may be of an earlier version.
    if (!isUnreachable(error)) throw unwritableCache(error, folder);
    if (reached) throw error;
    if ((await missingFiles(folder, weightsFile)).length > 0) throw error;
    console.error(`${error.message}; the copy in the cache is used`);
  }
  return model;
}

async function fetchIfChanged(
  url: string,
  folder: string,
  name: string,
  network: Network,
): Promise<string | undefined> {
  const path = join(folder, name);
  const flatName = name.replaceAll("/", "-");
  const etagPath = join(folder, `.${flatName}.etag`);
  const remote = await lookUp(url, network);
  if ("absent" in remote) {
    // What an earlier version of the model had must not be mixed with this one.
    await removeAll([path, etagPath]);
    return undefined;
  }
  const { size, linkedEtag } = remote;
  const etag = linkedEtag ?? remote.etag;
  if (etag && await isFile(path) && await Deno.readTextFile(etagPath).catch(() => "") === etag) {
    return path;
  }
  const partPath = join(folder, `.${flatName}.${shortHash(etag ?? "")}.incomplete`);
  // Without a tag there is no telling whether an old part is of the same version.
  if (!etag) await removeAll([partPath]);
  const checksum = checksumOf(linkedEtag);
  const strong = !linkedEtag && etag && !etag.startsWith("W/") ? etag : undefined;
  await removeAll([etagPath]);
  await download({ url, path, partPath, size, checksum, etag: strong, title: name }, network);
  if (etag) await writeFileAtomic(etagPath, etag);
  return path;
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await Deno.remove(path).catch(() => {});
}

const HASH_DIGITS = 24;

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}

/** The last part of the URL's path, made safe as a file name. */
function fileName({ pathname }: URL): string {
  return pathname.split("/").at(-1)!.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
}

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

function explainRefusal({ status }: Response, url: string): string {
  return status === UNAUTHORIZED || status === FORBIDDEN
    ? `${url} may not be read (HTTP ${status}). No token is sent to it; for a model on the ` +
      `Hugging Face Hub write hf:org/name and set HF_TOKEN.`
    : `${url} answered HTTP ${status}`;
}

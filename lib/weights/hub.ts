/**
 * Downloads models from the Hugging Face Hub into the cache that Python uses, too.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../core/errors.ts";
import { checksumOf } from "./checksum.ts";
import { download } from "./download.ts";
import {
  blobPath,
  cachedCommit,
  type CachedRepository,
  cachedRepository,
  isCommit,
  isKnownAbsent,
  linkBlob,
  rememberAbsence,
  rememberCommit,
  snapshotFolder,
  withBlobLock,
} from "./hub_cache.ts";
import { explainHubRefusal, type HubModel } from "./hub_refusal.ts";
import { type DownloadOptions, type DownloadSettings, downloadSettings } from "./hub_settings.ts";
import { isFile } from "./is_file.ts";
import { fetchModelFiles } from "./fetch_model.ts";
import { missingFiles } from "./model_files.ts";
import { lookUp, plain, type RemoteFile, urlPath } from "./remote_file.ts";
import { isUnreachable, type Network } from "./request.ts";
import { unwritableCache } from "./unwritable_cache.ts";

/**
 * Brings a model's files into the cache and returns the folder with them. What is there already is
 * not fetched again; when the hub cannot be reached, an earlier download stands in.
 *
 * Throws an error of kind `download` that says what to do: set a token, correct a name, wait.
 */
export async function downloadFromHub(
  model: HubModel,
  options: DownloadOptions = {},
): Promise<string> {
  const settings = await downloadSettings(options);
  const place = cachedRepository(settings.cacheFolder, model.repository);
  const cached = await lookInCache(place, model);
  if (settings.offline) {
    if (cached.folder) return cached.folder;
    throw new TunebookError(
      "download",
      `hf:${model.repository} is not complete in ${settings.cacheFolder} and HF_HUB_OFFLINE is ` +
        `set; missing: ${cached.missing}. Unset it, or download the model once while online.`,
    );
  }
  try {
    return await fetchAll(place, model, settings);
  } catch (error) {
    if (!isUnreachable(error)) throw unwritableCache(error, settings.cacheFolder);
    if (!cached.folder) {
      throw new TunebookError(
        "download",
        `${error.message}. Nothing complete is in ${settings.cacheFolder} either; ` +
          `check the connection, or set HF_ENDPOINT to a mirror.`,
        { cause: error.cause },
      );
    }
    console.error(`${error.message}; the copy in the cache is used`);
    return cached.folder;
  }
}

async function lookInCache(
  place: CachedRepository,
  { revision, file }: HubModel,
): Promise<{ folder?: string; missing: string }> {
  const commit = await cachedCommit(place, revision);
  if (!commit) return { missing: `revision "${revision}"` };
  const folder = snapshotFolder(place, commit);
  const missing = await missingFiles(folder, file);
  return missing.length === 0 ? { folder, missing: "" } : { missing: missing.join(", ") };
}

async function fetchAll(
  place: CachedRepository,
  model: HubModel,
  settings: DownloadSettings,
): Promise<string> {
  const { repository, revision } = model;
  const network: Network = {
    ...settings,
    explain: (response, url) => explainHubRefusal(model, settings, response, url),
  };
  // All files come from the commit of the first one, even if the branch moves meanwhile.
  let commit = isCommit(revision) ? revision : undefined;
  await fetchModelFiles(
    `${repository} at revision "${revision}"`,
    async (name) => {
      if (commit) {
        const path = join(snapshotFolder(place, commit), name);
        if (await isFile(path)) return path;
        if (await isKnownAbsent(place, commit, name)) return undefined;
      }
      const urlAt = (at: string) =>
        [settings.endpoint, repository, "resolve", encodeURIComponent(at), urlPath(name)].join("/");
      const url = urlAt(commit ?? revision);
      const remote = await lookUp(url, network);
      if ("absent" in remote) {
        if (commit) await rememberAbsence(place, commit, name);
        return undefined;
      }
      commit ??= checkCommit(remote.commit, url);
      return await fetchFile(place, commit, name, urlAt(commit), remote, network);
    },
    model.file,
  );
  await rememberCommit(place, revision, commit!);
  return snapshotFolder(place, commit!);
}

async function fetchFile(
  place: CachedRepository,
  commit: string,
  name: string,
  url: string,
  remote: RemoteFile,
  network: Network,
): Promise<string> {
  const etag = remote.linkedEtag ?? plain(remote.etag);
  if (!etag) throw notHub(url, "ETag");
  const file = join(snapshotFolder(place, commit), name);
  const blob = blobPath(place, etag);
  // A commit's file never changes, and without symbolic links it has no blob.
  if (await isWhole(file, remote.size)) return file;
  await withBlobLock(place, etag, async () => {
    const isNew = !await isWhole(blob, remote.size);
    if (isNew) {
      await download({
        url,
        path: blob,
        partPath: `${blob}.incomplete`,
        size: remote.size,
        checksum: checksumOf(etag),
        title: name,
      }, network);
    }
    await linkBlob(blob, file, { isNew });
  }, network.signal);
  return file;
}

async function isWhole(path: string, size: number | undefined): Promise<boolean> {
  if (!await isFile(path)) return false;
  return size === undefined || (await Deno.stat(path)).size === size;
}

function checkCommit(commit: string | undefined, url: string): string {
  if (commit && isCommit(commit)) return commit;
  throw notHub(url, "X-Repo-Commit");
}

function notHub(url: string, header: string): TunebookError {
  return new TunebookError(
    "download",
    `${url} answers without a valid ${header} header, so it is not a Hugging Face hub; ` +
      `check HF_ENDPOINT and the proxy settings`,
  );
}

/**
 * Uploads a folder as one commit to the Hugging Face Hub, by its own library, and reads back what it holds.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { hashFile } from "../../weights/checksum.ts";
import type { DownloadSettings } from "../../weights/hub_settings.ts";
import { type FileSize, listFiles } from "../list_files.ts";
import type { UploadedCommit } from "./uploaded_commit.ts";

/** Where a folder goes. */
export interface HubPlace {
  /** `org/name`. */
  readonly repository: string;
  readonly branch: string;
  /** Whether a repository that is made anew is seen by its owner alone. */
  readonly private: boolean;
}

/** How the hub is reached. */
export type HubConnection = Pick<DownloadSettings, "endpoint" | "token" | "attempts" | "sleep">;

const requestTimeout = 408;
const conflict = 409;
const tooMany = 429;
const serverError = 500;
const firstDelayMilliseconds = 500;

/** Throws an error of kind "output" where there is no token, or the hub does not know it. */
export async function checkToken({ endpoint, token, ...rest }: HubConnection): Promise<void> {
  const { whoAmI } = await import("@huggingface/hub");
  if (token === undefined) {
    throw new TunebookError(
      "output",
      "hub(repository) needs an access token that may write: set HF_TOKEN, or log in with Python's hf auth login",
    );
  }
  await again({ endpoint, token, ...rest }, () => whoAmI({ accessToken: token, hubUrl: endpoint }));
}

/**
 * Makes the repository where there is none, uploads all files in one commit and compares the hashes that the hub
 * then tells with the folder's. After a break it asks again; large files that have come whole are not sent twice,
 * in this process or in another. Throws an error of kind "output" that says what the hub refuses.
 */
export async function uploadFolder(
  folder: string,
  place: HubPlace,
  connection: HubConnection,
  { title, signal }: { readonly title: string; readonly signal?: AbortSignal | undefined },
): Promise<UploadedCommit> {
  const { createRepo, uploadFiles } = await import("@huggingface/hub");
  const { endpoint: hubUrl, token: accessToken = "" } = connection;
  const repo = { type: "model", name: place.repository } as const;
  await again(connection, () =>
    createRepo({
      repo,
      accessToken,
      hubUrl,
      visibility: place.private ? "private" : "public",
    }).catch((error) => {
      if (statusOf(error) !== conflict) throw error; // It is there.
    }), signal);
  const files = await listFiles(folder);
  const done = await again(connection, async () =>
    await uploadFiles({
      repo,
      accessToken,
      hubUrl,
      branch: place.branch,
      commitTitle: title,
      // Plain LFS, whose objects are checked by their sha256.
      useXet: false,
      ...(signal ? { abortSignal: signal } : {}),
      files: await Promise.all(files.map(async ({ path }) => ({
        path,
        content: new Blob([await Deno.readFile(join(folder, path))]),
      }))),
    }), signal);
  const commit = done?.commit.oid ?? "";
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new TunebookError("output", `${hubUrl} names no commit of what was uploaded`);
  }
  await checkUploaded(folder, files, { repository: place.repository, commit }, connection);
  return {
    repository: place.repository,
    commit,
    url: `${hubUrl}/${place.repository}/tree/${commit}`,
    files: files.length,
  };
}

/** Throws an error of kind "output" with every file that the hub does not hold as the folder does. */
async function checkUploaded(
  folder: string,
  files: readonly FileSize[],
  { repository, commit }: { readonly repository: string; readonly commit: string },
  connection: HubConnection,
): Promise<void> {
  const { pathsInfo } = await import("@huggingface/hub");
  const { endpoint: hubUrl, token } = connection;
  const found = await again(connection, () =>
    pathsInfo({
      repo: { type: "model", name: repository },
      paths: files.map(({ path }) => path),
      revision: commit,
      hubUrl,
      ...(token ? { accessToken: token } : {}),
    }));
  const wrong: string[] = [];
  for (const { path, bytes } of files) {
    const told = found.find((each) => each.path === path);
    const [method, hex] = told?.lfs
      ? ["sha256" as const, told.lfs.oid.replace(/^sha256:/, "")]
      : ["git" as const, told?.oid];
    const own = await hashFile(join(folder, path), method);
    if (told?.size !== bytes) {
      wrong.push(`${path} has ${told?.size ?? 0} bytes there, ${bytes} here`);
    } else if (hex !== own) wrong.push(`${path} has the hash ${hex} there, ${own} here`);
  }
  if (wrong.length === 0) return;
  throw mistakes("output", `${hubUrl}/${repository} does not hold what was uploaded:`, wrong);
}

/** Asks again after a failure that may pass, as often and with the pauses that downloads have. */
async function again<Value>(
  { endpoint, token, attempts, sleep }: HubConnection,
  ask: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  for (let failures = 1;; failures++) {
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      const status = statusOf(error);
      const passes = status === undefined
        ? error instanceof TypeError // The connection broke off, or was refused.
        : status === requestTimeout || status === tooMany || status >= serverError;
      if (passes && failures < attempts) {
        await sleep(firstDelayMilliseconds * 2 ** (failures - 1), signal);
        continue;
      }
      const told = token ? messageOf(error).replaceAll(token, "…") : messageOf(error);
      throw new TunebookError("output", `${endpoint}: ${told}${adviceOn(status)}`, {
        cause: error,
      });
    }
  }
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

const unauthorized = 401;
const forbidden = 403;

function adviceOn(status: number | undefined): string {
  return status === unauthorized || status === forbidden
    ? ". The token may not write there; set HF_TOKEN to one that may, and check the repository's name"
    : "";
}

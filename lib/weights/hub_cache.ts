/**
 * The cache folder that tunebook shares with Python's huggingface_hub
 * (https://huggingface.co/docs/huggingface_hub/guides/manage-cache):
 * `models--org--name/{refs/<revision>, blobs/<etag>, snapshots/<commit>/<file>}`.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { homedir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { missingPermission } from "../core/permissions.ts";
import { isFile } from "./is_file.ts";
import { checkStopped } from "./retry.ts";

/** One repository's place in the cache. */
export interface CachedRepository {
  /** The cache's root folder. */
  readonly root: string;
  /** The name of the repository's folder in it. */
  readonly name: string;
}

/** The folder of the hub's settings and caches: `HF_HOME`, or a folder of the user's cache. */
export function hubHome(environment: Pick<typeof Deno.env, "get"> = Deno.env): string {
  const home = environment.get("HF_HOME");
  if (home) return home;
  const cache = environment.get("XDG_CACHE_HOME") || join(homeFolder(), ".cache");
  return join(cache, "huggingface");
}

function homeFolder(): string {
  try {
    return homedir();
  } catch (error) {
    throw missingPermission(error) ?? error;
  }
}

/** The cache's root: `HF_HUB_CACHE`, or `hub` in the hub's home. */
export function hubCacheRoot(environment: Pick<typeof Deno.env, "get"> = Deno.env): string {
  return environment.get("HF_HUB_CACHE") || join(hubHome(environment), "hub");
}

/** The place of `org/name` in the cache. */
export function cachedRepository(root: string, repository: string): CachedRepository {
  return { root, name: ["models", ...repository.split("/")].join("--") };
}

/** Whether a revision is a full commit, which never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** The folder with the files of one commit. */
export function snapshotFolder({ root, name }: CachedRepository, commit: string): string {
  return join(root, name, "snapshots", commit);
}

/** A sha256 has 64 characters; file systems take 255, suffixes included. */
const mostEtagCharacters = 200;
const shownEtag = 80;

/** Where a content is kept. An etag that is no plain file name is refused. */
export function blobPath({ root, name }: CachedRepository, etag: string): string {
  if (!/^[\w-][\w.-]*$/.test(etag) || etag.length > mostEtagCharacters) {
    const shown = etag.length > shownEtag ? `${etag.slice(0, shownEtag)}…` : etag;
    throw new TunebookError(
      "download",
      `the hub sent an etag of ${etag.length} characters that is not a hash: ` +
        `${JSON.stringify(shown)}; check HF_ENDPOINT and the proxy settings`,
    );
  }
  return join(root, name, "blobs", etag);
}

/** The commit that a revision was resolved to when it was last downloaded. */
export async function cachedCommit(
  { root, name }: CachedRepository,
  revision: string,
): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  try {
    const commit = (await Deno.readTextFile(join(root, name, "refs", revision)))
      .trim();
    return isCommit(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers which commit a revision stands for. */
export async function rememberCommit(
  { root, name }: CachedRepository,
  revision: string,
  commit: string,
): Promise<void> {
  if (isCommit(revision)) return;
  await writeFileAtomic(join(root, name, "refs", revision), commit);
}

/** How a blob is put into a snapshot. */
export interface LinkOptions {
  /** True where the blob was downloaded just now, so that no other snapshot can need it. */
  readonly isNew?: boolean;
}

/**
 * Puts a blob into a snapshot under its file name, as a relative link. Where links cannot be made (Windows
 * without developer mode, some network drives, a process that may write to this folder alone) the
 * snapshot has the file itself, as huggingface_hub does: a new blob is moved there, another one copied.
 */
export async function linkBlob(
  blob: string,
  file: string,
  { isNew = false }: LinkOptions = {},
): Promise<void> {
  const target = relative(dirname(file), blob);
  await Deno.mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.symlink(target, temporary, { type: "file" });
  } catch (error) {
    if (!isLinkless(error)) throw error;
    if (isNew) return await Deno.rename(blob, file);
    await Deno.copyFile(blob, temporary);
  }
  await Deno.rename(temporary, file);
}

/** What Deno throws where a system, a file system or its own permissions have no symbolic links. */
function isLinkless(error: unknown): boolean {
  const { PermissionDenied, NotCapable, NotSupported } = Deno.errors;
  if ([PermissionDenied, NotCapable, NotSupported].some((kind) => error instanceof kind)) {
    return true;
  }
  // Windows: "a required privilege is not held by the client" and "the request is not supported";
  // Linux: EPERM and EOPNOTSUPP of file systems without links, for which Deno has no class of its own.
  return error instanceof Error && /os error (?:1|50|95|1314)\)/.test(error.message);
}

/** Remembers that a commit lacks a file, so that it is not asked for again. */
export async function rememberAbsence(
  { root, name }: CachedRepository,
  commit: string,
  file: string,
): Promise<void> {
  await writeFileAtomic(join(root, name, ".no_exist", commit, file), "");
}

/** Whether a commit is known to lack a file. */
export async function isKnownAbsent(
  { root, name }: CachedRepository,
  commit: string,
  file: string,
): Promise<boolean> {
  return await isFile(join(root, name, ".no_exist", commit, file));
}

const LOCK_POLL_MILLISECONDS = 100;

/** Runs `work` while no other process, in Python neither, downloads the same content. */
export async function withBlobLock<Result>(
  { root, name }: CachedRepository,
  etag: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const path = join(root, ".locks", name, `${etag}.lock`);
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { write: true, create: true });
  // A lock that is waited for without end could not be stopped.
  while (!await file.tryLock(true)) {
    await wait(LOCK_POLL_MILLISECONDS);
    checkStopped(signal);
  }
  return await work();
}

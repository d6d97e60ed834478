/**
 * Downloads one file: resumed where an earlier attempt stopped, checked, and whole or absent.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { type Checksum, hashFile } from "./checksum.ts";
import { type Answer, type Network, refusal, send, unreachable } from "./request.ts";
import { checkStopped, type Outcome, retry } from "./retry.ts";

/** What to download and where to. */
export interface Download {
  readonly url: string;
  /** Where the finished file goes. */
  readonly path: string;
  /** Where the part so far lies; its name stands for this version of the file. */
  readonly partPath: string;
  /** The file's size in bytes, if known. */
  readonly size?: number;
  /** What the content must hash to, if known. */
  readonly checksum?: Checksum;
  /** A strong entity tag: without it, or if it still holds, the rest of the file is asked for. */
  readonly etag?: string;
  /** The name shown beside the progress bar. */
  readonly title: string;
}

/** Downloads a file. A part that fails its checksum is removed and never becomes the file. */
export async function download(job: Download, network: Network): Promise<void> {
  try {
    await Deno.mkdir(dirname(job.path), { recursive: true });
  } catch (error) {
    throw unwritable(job.path, error);
  }
  const resumed = await sizeOf(job.partPath) > 0;
  await fetchPart(job, network);
  let found = await wrongHash(job);
  if (found && resumed) {
    // The old part may be what was broken, so the file gets one fresh start.
    await Deno.remove(job.partPath);
    await fetchPart(job, network);
    found = await wrongHash(job);
  }
  if (found) {
    await Deno.remove(job.partPath);
    throw new TunebookError(
      "download",
      `${job.title} from ${job.url} is damaged: its ${job.checksum!.method} checksum is ` +
        `${found}, the server promised ${job.checksum!.hex}. Nothing was kept; try again.`,
    );
  }
  await Deno.rename(job.partPath, job.path);
}

async function wrongHash({ partPath, checksum }: Download): Promise<string | undefined> {
  if (!checksum) return undefined;
  const found = await hashFile(partPath, checksum.method);
  return found === checksum.hex ? undefined : found;
}

/** Smaller files are over before a bar could be read. */
const SHOWN_BYTES = 1e6;

async function fetchPart(job: Download, network: Network): Promise<void> {
  let display: Progress | undefined;
  const show = (done: number) => {
    if (job.size === undefined || job.size < SHOWN_BYTES) return;
    display ??= network.progress({ title: job.title, total: job.size, unit: "bytes", start: done });
    display.update(done);
  };
  try {
    let most = await sizeOf(job.partPath);
    await retry(async () => {
      const outcome = await fetchRest(job, network, show);
      if ("value" in outcome) return outcome;
      // Only what no attempt had before is progress: a server may send the same part for ever.
      const have = await sizeOf(job.partPath);
      const advanced = have > most;
      most = Math.max(most, have);
      return { ...outcome, advanced };
    }, network);
  } finally {
    display?.end();
  }
}

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;
const IDLE_MILLISECONDS = 60_000;

async function fetchRest(
  job: Download,
  network: Network,
  show: (done: number) => void,
): Promise<Outcome<void>> {
  const { url, partPath, size } = job;
  const have = await sizeOf(partPath);
  if (size !== undefined && have === size) return await finishEmpty(partPath, size);
  if (size !== undefined && have > size) return await startOver(job, "is longer than the file");
  const idle = new AbortController();
  const alarm = watch(idle);
  try {
    const headers: Record<string, string> = {};
    if (have > 0) headers.range = `bytes=${have}-`;
    if (have > 0 && job.etag) headers["if-range"] = job.etag;
    const outcome = await send(url, { method: "GET", headers, signal: idle.signal }, network);
    if ("failure" in outcome) return outcome;
    const { response } = outcome.value;
    if (response.status === RANGE_NOT_SATISFIABLE) {
      await response.body?.cancel();
      const whole = response.headers.get("content-range") === `bytes */${have}`;
      return whole ? { value: undefined } : await startOver(job, "does not fit the file");
    }
    if (!response.ok) return await refusal(outcome.value, network);
    const partial = response.status === PARTIAL_CONTENT;
    if (partial && !response.headers.get("content-range")?.startsWith(`bytes ${have}-`)) {
      await response.body?.cancel();
      return await startOver(job, "was continued at the wrong place");
    }
    return await save(job, outcome.value, partial ? have : 0, {
      alive: alarm.reset,
      show,
      signal: network.signal,
    });
  } finally {
    alarm.stop();
  }
}

async function save(
  { partPath, size, title }: Download,
  { response, url }: Answer,
  start: number,
  { alive, show, signal }: {
    alive(): void;
    show(done: number): void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Outcome<void>> {
  let done = start;
  using file = await openPart(partPath, start);
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      await writeAll(file, chunk, partPath);
      done += chunk.length;
      show(done);
      if (size !== undefined && done > size) break;
    }
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    checkStopped(signal);
    return unreachable(url, error);
  }
  if (size === undefined || done === size) return { value: undefined };
  if (done > size) await file.truncate(0);
  return {
    failure: new TunebookError(
      "download",
      `${title} from ${url} has ${done > size ? "more than" : `only ${done} of`} ${size} bytes`,
    ),
  };
}

async function finishEmpty(path: string, size: number): Promise<Outcome<void>> {
  if (size === 0) (await openPart(path, 0)).close();
  return { value: undefined };
}

async function startOver({ partPath, title, url }: Download, why: string): Promise<Outcome<void>> {
  await Deno.remove(partPath);
  return {
    failure: new TunebookError("download", `the part of ${title} from ${url} ${why}`),
    waitMilliseconds: 0,
  };
}

async function openPart(path: string, start: number): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path, { write: true, create: true, truncate: start === 0 });
    await file.seek(start, Deno.SeekMode.Start);
    return file;
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length;) {
      done += await file.write(bytes.subarray(done));
    }
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Ends a request from which nothing comes any more. */
function watch(idle: AbortController): { reset(): void; stop(): void } {
  const ring = () => idle.abort(new DOMException("nothing came for a minute", "TimeoutError"));
  let timer = setTimeout(ring, IDLE_MILLISECONDS);
  return {
    reset() {
      clearTimeout(timer);
      timer = setTimeout(ring, IDLE_MILLISECONDS);
    },
    stop: () => clearTimeout(timer),
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}

function unwritable(path: string, error: unknown): TunebookError {
  return new TunebookError(
    "output",
    `cannot write ${basename(path)} in ${dirname(path)}: ${messageOf(error)}. ` +
      `Free some space, or choose another cache folder with HF_HOME.`,
    { cause: error },
  );
}

/**
 * The bytes behind a path or a URL.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { messageOf, TunebookError } from "./errors.ts";
import { interruption } from "./interruption.ts";
import { timerMilliseconds } from "./timer_milliseconds.ts";

/** What was read, and what a server said that it is. */
export interface SourceBytes {
  bytes: Uint8Array;
  /** The `Content-Type` without parameters; only from a server. */
  contentType?: string;
}

/** How long to wait and whom to obey. */
export interface ReadSourceOptions {
  /** Limits the wait for the next byte, not the whole download. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file (a path or a `file:` URL) or an http(s) URL whole. Throws a `TunebookError` of kind "data" for a file that
 * cannot be read and of kind "download" for what a server does wrong.
 */
export async function readSource(
  source: string,
  options: ReadSourceOptions,
): Promise<SourceBytes> {
  if (/^https?:/i.test(source)) return await download(source, options);
  // Two letters or more: one letter and a colon is a drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(source)?.[1].toLowerCase();
  if (scheme !== undefined && scheme !== "file") {
    throw new TunebookError(
      "input",
      `cannot read ${source}: it must be a file path or a file:, http: or https: URL`,
    );
  }
  try {
    return { bytes: await readFile(scheme === "file" ? fileURLToPath(source) : source) };
  } catch (error) {
    throw new TunebookError("data", `cannot read ${source}: ${messageOf(error)}`, { cause: error });
  }
}

async function download(
  url: string,
  { timeoutSeconds, signal: stop }: ReadSourceOptions,
): Promise<SourceBytes> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waitAgain = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), timerMilliseconds(timeoutSeconds));
  };
  try {
    waitAgain();
    const { signal } = controller;
    const response = await fetch(url, { signal: stop ? AbortSignal.any([signal, stop]) : signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new TunebookError(
        "download",
        `${url} answered ${response.status} ${response.statusText}${advice(response.status)}`,
      );
    }
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      waitAgain();
    }
    return {
      bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()),
      contentType: response.headers.get("content-type")?.split(";")[0].trim().toLowerCase(),
    };
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    if (stop?.aborted) throw interruption(`stopped while ${url} was downloaded`);
    const reason = controller.signal.aborted
      ? `nothing came for ${timeoutSeconds} s`
      : messageOf(error);
    throw new TunebookError("download", `cannot download ${url}: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function advice(status: number): string {
  if (status === 401 || status === 403) return "; it wants a login: download the file yourself";
  if (status === 404 || status === 410) return "; is the address right?";
  if (status === 429 || status >= 500) return "; try again later";
  return "";
}

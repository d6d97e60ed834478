/**
 * How the hub is reached: options first, then the environment variables that Python's
 * huggingface_hub reads, too.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  abortSignal,
  anyText,
  callable,
  type Rules,
  text,
  whole,
  yesOrNo,
} from "../core/option_rules.ts";
import { type Progress, type ProgressOptions, showProgress } from "../core/progress.ts";
import { hubCacheRoot, hubHome } from "./hub_cache.ts";
import type { Patience } from "./retry.ts";

/** How models are downloaded. Every default comes from the environment. */
export interface DownloadOptions {
  /** The hub's address; `HF_ENDPOINT`, else https://huggingface.co. */
  endpoint?: string;
  /** The access token for private and gated models; `HF_TOKEN`, else the file of a hub login. */
  token?: string;
  /** The cache's root; `HF_HUB_CACHE`, else `HF_HOME/hub`, else ~/.cache/huggingface/hub. */
  cacheFolder?: string;
  /** Use only what is in the cache; `HF_HUB_OFFLINE`. */
  offline?: boolean;
  /** How many failures in a row end a download; 5 by default. */
  attempts?: number;
  /** Waits between attempts. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Stops the download with an error of kind "interrupted". What came is kept and resumed. */
  signal?: AbortSignal | undefined;
  /** Makes the progress display of a file. */
  progress?: (options: ProgressOptions) => Progress;
}

/** What the options must be. */
export const downloadRules: Rules<DownloadOptions> = {
  // An empty one is as good as none.
  endpoint: anyText,
  token: anyText,
  cacheFolder: text,
  offline: yesOrNo,
  attempts: whole,
  sleep: callable,
  signal: abortSignal,
  progress: callable,
};

/** The settings in force. */
export interface DownloadSettings extends Patience {
  readonly endpoint: string;
  readonly token?: string;
  readonly cacheFolder: string;
  readonly offline: boolean;
  progress(options: ProgressOptions): Progress;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const DEFAULT_ATTEMPTS = 5;

/** Completes options from the environment. */
export async function downloadSettings(
  options: DownloadOptions = {},
  environment: Pick<typeof Deno.env, "get"> = Deno.env,
): Promise<DownloadSettings> {
  const endpoint = options.endpoint || environment.get("HF_ENDPOINT") ||
    DEFAULT_ENDPOINT;
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    token: (options.token ?? await storedToken(environment)) || undefined,
    cacheFolder: options.cacheFolder ?? hubCacheRoot(environment),
    offline: options.offline ?? isTrue(environment.get("HF_HUB_OFFLINE")),
    attempts: options.attempts ?? DEFAULT_ATTEMPTS,
    sleep: options.sleep ??
      ((milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {})),
    signal: options.signal,
    progress: options.progress ?? showProgress,
  };
}

async function storedToken(environment: Pick<typeof Deno.env, "get">): Promise<string | undefined> {
  const token = environment.get("HF_TOKEN");
  if (token) return token.trim();
  try {
    const path = environment.get("HF_TOKEN_PATH") ||
      join(hubHome(environment), "token");
    return (await Deno.readTextFile(path)).trim();
  } catch {
    return undefined;
  }
}

function isTrue(text: string | undefined): boolean {
  return ["1", "true", "yes", "on"].includes((text ?? "").trim().toLowerCase());
}

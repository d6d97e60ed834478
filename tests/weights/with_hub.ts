/**
 * A hub with one model, for tests.
 *
 * @module
 */
import { silentProgress } from "../../lib/core/progress.ts";
import { type HubServer, startHub } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";

/** The model that tests download. */
export const model = { repository: "org/name", revision: "main" };
/** Its weights. */
export const weights = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
/** Its files. */
export const files = () => ({
  "config.json": '{"model_type":"bert"}',
  "tokenizer.json": "{}",
  "model.safetensors": weights,
});

/** Runs `work` with a hub and an empty cache. */
export async function withHub(
  work: (hub: HubServer, options: ReturnType<typeof optionsFor>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using hub = startHub(files());
    await work(hub, optionsFor(hub, folder));
  });
}

/** How to download from a hub into a cache; `waits` collects the pauses that were asked for. */
export function optionsFor({ endpoint }: HubServer, cacheFolder: string) {
  const waits: number[] = [];
  return {
    endpoint,
    cacheFolder,
    token: "hf_secret",
    offline: false,
    waits,
    progress: () => silentProgress,
    sleep: (milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
}

/** What was asked of the server that has the weights. */
export const weightRequests = (hub: HubServer) => hub.seen.filter(({ server }) => server === "cdn");

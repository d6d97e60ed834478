/**
 * Runs the plan that a search found, once among the processes that share the search's file.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { isRecord } from "../core/objects.ts";
import { say } from "../core/say.ts";
import type { Receipt } from "../deploy/target.ts";
import type { PlanJson } from "../pipeline/plan_json.ts";
import { doOnce } from "../search/store/shared_work.ts";

/** What a run leaves for those who did not run it. */
export interface FoundRun {
  /** The result as text. */
  readonly text: string;
  /** What it wrote. */
  readonly outputs: readonly string[];
  /** The result as `--json` prints it. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The folder that a server reads, where there is one. */
  readonly servable?: string;
}

/** A written file, as it was when it was proven. */
interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written last, in milliseconds. */
  readonly written: number;
}

/** What is to be run, and what it is known by. */
export interface FoundPlan {
  /** The search's file. */
  readonly file: string;
  readonly plan: { toJSON(): PlanJson };
  /** What else changes the result: device and precision. */
  readonly how: unknown;
  readonly run: () => Promise<FoundRun & { readonly receipts: readonly Receipt[] }>;
}

/**
 * Trains and deploys, or tells what another process or an earlier start has made of the same plan: its files are
 * looked at, and where one is gone or was changed since, it is trained again.
 */
export async function runFound({ file, plan, how, run }: FoundPlan): Promise<FoundRun> {
  const { train: { resume: _, ...train }, ...json } = plan.toJSON();
  const places = (json.deploy ?? []).map(({ folder }) => resolve(String(folder)));
  const name = hashOf(JSON.stringify([json, train, places, how]));
  const { result, isOwn } = await doOnce(file, {
    name,
    isThere: async (told) => (await changedFiles(told)).length === 0,
    onWait: (worker) => say(`process ${worker} trains the plan that was found; waiting for it`),
    async work() {
      const { receipts, ...found } = await run();
      return JSON.stringify({ ...found, files: await filesOf(receipts) });
    },
  });
  const { files: __, ...found } = JSON.parse(result) as FoundRun & { readonly files: unknown };
  if (!isOwn) {
    say("the plan that was found is trained already, by another process or an earlier start:");
  }
  return found;
}

async function filesOf(receipts: readonly Receipt[]): Promise<WrittenFile[]> {
  const paths = new Set<string>();
  for (const { folder, files } of receipts) {
    const { isFile } = await Deno.stat(folder);
    for (const { path } of files) paths.add(resolve(isFile ? folder : join(folder, path)));
  }
  return await Promise.all([...paths].map(writtenFile));
}

async function writtenFile(path: string): Promise<WrittenFile> {
  const { size, mtime } = await Deno.stat(path);
  return { path, bytes: size, written: mtime?.getTime() ?? 0 };
}

/** The files of a result that are gone or that something else has written since. */
async function changedFiles(result: string): Promise<readonly unknown[]> {
  const { files } = JSON.parse(result) as { readonly files: readonly WrittenFile[] };
  const now = await Promise.all(files.map(({ path }) => writtenFile(path).catch(() => undefined)));
  return files.filter((file, at) =>
    !isRecord(now[at]) || now[at].bytes !== file.bytes || now[at].written !== file.written
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

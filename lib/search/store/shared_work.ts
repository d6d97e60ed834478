/**
 * Work that the processes of one search do once among them, such as the training of what it found.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { interruption } from "../../core/interruption.ts";
import { isGone, workerHere } from "./presence.ts";
import { openDatabase, transaction } from "./search_file.ts";

/** What is to be done once. */
export interface SharedWork {
  /** What it is known by. */
  readonly name: string;
  /** Does it, and gives what others are told of it. */
  readonly work: () => Promise<string>;
  /** Whether what the result tells of is still there; it is done anew where not. */
  readonly isThere: (result: string) => Promise<boolean>;
  /** Told once where another process is at it: machine and process, `host 4711`. */
  readonly onWait: (worker: string) => void;
  readonly signal?: AbortSignal;
  /** After so long without a sign a process counts as gone; 60,000 unless given. */
  readonly staleMilliseconds?: number;
}

/** What came of it. */
export interface SharedResult {
  readonly result: string;
  /** Whether this process did it. */
  readonly isOwn: boolean;
}

const usualStale = 60_000;
/** Signs of life before a process would count as gone. */
const signsBefore = 4;
/** Between two looks at one that another process is at. */
const pauseMilliseconds = 250;

/**
 * Does work, or waits for the process that is at it and gives its result. What fails, and what a process was at that
 * is gone, is done by the next one.
 *
 * Throws what the work throws; an error of kind "interrupted" where the signal is aborted while it waits.
 */
export async function doOnce(file: string, shared: SharedWork): Promise<SharedResult> {
  const { name, work, isThere, onWait, signal, staleMilliseconds = usualStale } = shared;
  using database = openDatabase(file);
  const { owner, host, process } = workerHere();
  const find = database.prepare("SELECT * FROM shared_work WHERE name = ?");
  const put = database.prepare("INSERT OR REPLACE INTO shared_work VALUES (?, ?, ?, ?, ?, NULL)");
  const end = database.prepare("UPDATE shared_work SET result = ? WHERE name = ? AND owner = ?");
  const sign = database.prepare("UPDATE shared_work SET seen = ? WHERE owner = ?");
  const leave = database.prepare("DELETE FROM shared_work WHERE owner = ? AND result IS NULL");
  /** What another process has done or is at; nothing where it is this one's now. */
  const claim = (stale: string | undefined) =>
    transaction(database, () => {
      const found = find.get(name);
      const isLost = found?.result === null && isGone(found, host, Date.now() - staleMilliseconds);
      const isStale = stale !== undefined && found?.result === stale;
      if (found && !isLost && !isStale) return found;
      put.run(name, owner, host, process, Date.now());
      return undefined;
    });
  let [stale, isTold]: [string | undefined, boolean] = [undefined, false];
  for (;;) {
    const other = claim(stale);
    if (other === undefined) break;
    if (other.result !== null) {
      const result = String(other.result);
      if (await isThere(result)) return { result, isOwn: false };
      stale = result;
      continue;
    }
    if (!isTold) onWait(`${other.host} ${other.process}`);
    isTold = true;
    await delay(pauseMilliseconds, undefined, signal ? { signal } : {}).catch(() => {});
    if (signal?.aborted) throw interruption("stopped while another process was at it");
  }
  const timer = setInterval(
    () => void sign.run(Date.now(), owner),
    staleMilliseconds / signsBefore,
  );
  Deno.unrefTimer(timer);
  try {
    const result = await work();
    end.run(result, name, owner);
    return { result, isOwn: true };
  } finally {
    clearInterval(timer);
    leave.run(owner);
  }
}

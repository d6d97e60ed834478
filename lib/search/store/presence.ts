/**
 * Whether a process is still there that has said in a file that it works on something.
 *
 * @module
 */
import { hostname } from "node:os";
import process from "node:process";
import type { SQLOutputValue } from "node:sqlite";

/** A row of a table. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Who works on something: an owner's own name, its machine and its process. */
export interface Worker {
  readonly owner: string;
  readonly host: string;
  readonly process: number;
}

/** This process; another name each time. */
export function workerHere(): Worker {
  return { owner: crypto.randomUUID(), host: hostname(), process: process.pid };
}

/** Whether the process of a claim gave no sign for long, or runs no more on this machine. */
export function isGone(claim: Row, host: string, before: number): boolean {
  if (Number(claim.seen) < before) return true;
  return claim.host === host && !isRunning(Number(claim.process));
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // Another person's process may not be asked, but is there.
    return (error as { code?: string }).code !== "ESRCH";
  }
}

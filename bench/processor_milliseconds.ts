/**
 * Processor time of this process.
 *
 * @module
 */
import { cpuUsage } from "node:process";

/** Milliseconds that all threads took of the processor since `before`, an earlier `cpuUsage()`. */
export function processorMilliseconds(before: { user: number; system: number }): number {
  const { user, system } = cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Which targets of a training are written.
 *
 * @module
 */
import { type Cell, targetNames } from "./cell.ts";
import type { Outcome } from "./outcome.ts";
import { serverTargets } from "./toy_parts.ts";

/** A choice that goes on with every training. */
export interface TargetChoice {
  /** The targets, those that are to be written first. */
  of(cell: Cell): string[];
  /** Takes note of what was written and refused. */
  learn(outcomes: readonly Outcome[]): void;
}

/**
 * Prefers what was written least for the task and family, for the method, and at all; what the task, family or
 * method has always refused comes last. A target with a server is written once for each task.
 */
export function targetChoice(writesServers: boolean): TargetChoice {
  const [written, accepted, refused] = [
    new Map<string, number>(),
    new Set<string>(),
    new Set<string>(),
  ];
  const pairs = ({ task, family, method }: Cell, target: string) =>
    [task, family, method].map((side) => `${side} ${target}`);
  const counted = ({ task, family, method }: Cell, target: string) => [
    `${task} ${family} ${target}`,
    `${method} ${target}`,
    target,
  ];
  const isHopeless = (cell: Cell, target: string) =>
    pairs(cell, target).some((pair) => refused.has(pair) && !accepted.has(pair)) ||
    (serverTargets.includes(target) && written.has(`${cell.task} ${target}`));
  const choosable = targetNames.filter((name) => writesServers || !serverTargets.includes(name));
  const count = (cell: Cell, target: string) =>
    counted(cell, target).map((each) => written.get(each) ?? 0);
  return {
    of: (cell) =>
      choosable.map((target) => ({
        target,
        order: [Number(isHopeless(cell, target)), ...count(cell, target)],
      })).sort((a, b) => difference(a.order, b.order)).map(({ target }) => target),
    learn(outcomes) {
      for (const { target, ending, ...cell } of outcomes) {
        if (target === undefined) continue;
        for (const pair of pairs(cell, target)) {
          (ending === "refused" ? refused : accepted).add(pair);
        }
        if (ending === "refused" || ending === "accepted") continue;
        for (const each of [...counted(cell, target), `${cell.task} ${target}`]) {
          written.set(each, (written.get(each) ?? 0) + 1);
        }
      }
    },
  };
}

/** Which list of numbers comes first. */
function difference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((each, place) => each !== b[place]);
  return at < 0 ? 0 : a[at] - b[at];
}

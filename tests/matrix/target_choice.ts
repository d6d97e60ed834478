/**
 * Which targets of a training are written.
 *
 * @module
 */
import { type Cell, targetNames } from "./cell.ts";
import type { Outcome } from "./outcome.ts";
import { cheapTargets, serverTargets } from "./toy_parts.ts";

/** A choice that goes on with every training. */
export interface TargetChoice {
  /** The targets, those that are to be written first, and how many of them are. */
  of(cell: Cell): { readonly written: string[]; readonly most: number };
  /** Takes note of what was written and refused. */
  learn(outcomes: readonly Outcome[]): void;
}

/**
 * Chooses, up to `most`, what was written for the task and family, or for the method, in no training yet, and what was
 * written least first; where all was, the cheapest that the model takes. What the task, family or method has always
 * refused comes last. A target with a server is written once for each task.
 */
export function targetChoice(most: number, writesServers: boolean): TargetChoice {
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
    of(cell) {
      const ordered = choosable.map((target) => ({
        target,
        order: [Number(isHopeless(cell, target)), ...count(cell, target)],
      })).sort((a, b) => difference(a.order, b.order));
      const isNew = ({ order: [hopeless, family, method] }: typeof ordered[number]) =>
        hopeless === 0 && (family === 0 || method === 0);
      const isCheap = ({ target, order: [hopeless] }: typeof ordered[number]) =>
        hopeless === 0 && cheapTargets.includes(target);
      const fresh = ordered.filter(isNew);
      const old = ordered.filter((each) => !isNew(each));
      const all = [...fresh, ...old.filter(isCheap), ...old.filter((each) => !isCheap(each))];
      return {
        written: all.map(({ target }) => target),
        most: Math.max(1, Math.min(most, fresh.length)),
      };
    },
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

/**
 * Probes that do not fit the task of their plan.
 *
 * @module
 */
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { imagePerturbations, textPerturbations } from "../../evaluate/probe/named_perturbations.ts";
import type { PlanSpec } from "../plan_spec.ts";

/** What perturbations by name are there for a task; undefined where no probe can ask its model. */
export function perturbationsFor(
  { name, kind, settings }: Pick<PlanSpec["task"], "name" | "kind" | "settings">,
): Readonly<Record<string, unknown>> | undefined {
  if (kind !== "single" && kind !== "multi") return undefined;
  if (name === "text-classification") {
    return settings.pair === undefined ? textPerturbations : undefined;
  }
  return name === "image-classification" ? imagePerturbations : undefined;
}

/** What is wrong with the probes of a task. */
export function probeMistakes({ task, probes }: Pick<PlanSpec, "task" | "probes">): Mistake[] {
  if (!probes) return [];
  const inProbe = (words: string): Mistake => ({ part: "probe", ...mistakeOf(() => words) });
  const known = perturbationsFor(task);
  if (!known) {
    return [
      inProbe(
        "behavioural tests ask models that give labels to single texts or images, not " +
          (task.settings.pair === undefined ? `${task.name} (${task.kind})` : "to pairs of texts"),
      ),
    ];
  }
  const input = known === textPerturbations ? "texts" : "images";
  return Object.keys(probes.named).filter((name) => !Object.hasOwn(known, name))
    .map((name) =>
      inProbe(
        `${name} is no perturbation of ${input}; there are ${Object.keys(known).join(", ")}`,
      )
    );
}

/**
 * What must be the same for trials to be of one search, beside its space and sampler.
 *
 * @module
 */
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { plainSpace } from "./space_without_methods.ts";
import type { TrialRows } from "./trial_bases.ts";

/** The rows' hash, the plan and the space as plain JSON, for a search's file. */
export async function aboutSearch(
  { plan, space, options: { constraints, costs } }: CheckedSearch,
  { rows, judge, labels }: {
    readonly rows: TrialRows;
    readonly judge: AnyMetric;
    readonly labels: readonly string[];
  },
): Promise<Readonly<Record<string, unknown>>> {
  const { model, quantize, layers, heads, feedForward, task, method, train } = plan;
  const about = {
    model,
    quantize,
    layers,
    heads,
    feedForward,
    task: { name: task.name, settings: task.settings, labels },
    method: method && describedMethod(method),
    train,
    space: plainSpace(space),
    metric: judge.name,
    costs,
    constraints,
    "the training rows": await hashOf(rows.train.fingerprint),
    "the validation rows": await hashOf(rows.validation.fingerprint),
  };
  // Functions, as of one's own rewards, cannot be told apart.
  return JSON.parse(JSON.stringify(about));
}

function describedMethod({ method, settings }: PlanSpec["method"]) {
  return { name: method, ...settings };
}

/** What rows are known by. */
export async function rowsHash({ train, validation }: TrialRows): Promise<string> {
  return `${await hashOf(train.fingerprint)} ${await hashOf(validation.fingerprint)}`;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return new Uint8Array(digest).toHex();
}

/**
 * The models that are to be merged, opened alike.
 *
 * @module
 */
import { readPeftFiles } from "../../adapters/peft/files.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { mergeModel } from "../../nn/merge.ts";
import { type Model, modelWeights } from "../../nn/model.ts";
import type { TrainedTask } from "../open/answerer.ts";
import { type Base, openBase } from "../open/open_base.ts";
import { adapterFolder, baseReference, trainedAdapter } from "../open/trained_adapter.ts";
import { checkAnswers, trainedAlone } from "../open/trained_alone.ts";
import { type OpenedModel, openStage } from "../run/open_stage.ts";
import { weightsIdentity } from "../run/weights_identity.ts";

/** A model that was opened to be merged. */
export interface MergeSource {
  readonly opened: OpenedModel;
  /** Its whole model: what an adapter has learned stands in the weights. */
  readonly model: Model;
  readonly trained: TrainedTask;
  /** A sha256 (hexadecimal) of its weights, of an adapter together with its base's. */
  readonly fingerprint: string;
}

/** Opened models that fit each other. */
export interface MergeSources {
  /** By their names, in the order in which they were given. */
  readonly sources: Readonly<Record<string, MergeSource>>;
  readonly base?: Pick<MergeSource, "opened" | "model" | "fingerprint"> | undefined;
}

/**
 * Opens a whole model or a trained adapter on its base. Throws an error of kind "weights" for a model
 * without a trained head, and of kind "unsupported" for an adapter that is no part of the weights.
 */
export async function openSource(reference: string, device: Device): Promise<MergeSource> {
  const folder = await adapterFolder(reference);
  if (folder === undefined) {
    const base = await openedBase(reference, device);
    const trained = await trainedAlone(base, {});
    if ("why" in trained) throw trained.why();
    checkAnswers(reference, trained);
    const fingerprint = await weightsIdentity(base.opened.files.weights);
    return { opened: base.opened, model: trained.model, trained, fingerprint };
  }
  const files = await readPeftFiles(folder);
  const base = await openedBase(await baseReference(files), device);
  const trained = await trainedAdapter(folder, files, base, {});
  checkAnswers(folder, trained);
  try {
    const model = mergeModel(trained.model, trained.attached, trained.values);
    const fingerprint = await fingerprintOf(base.opened.files.weights, files.path);
    return { opened: base.opened, model: { ...model, head: [] }, trained, fingerprint };
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    throw new TunebookError(error.kind, `${reference}: ${error.message}`, { cause: error });
  }
}

/** What an adapter on its base is known by. */
async function fingerprintOf(base: string, adapter: string): Promise<string> {
  const parts = [await weightsIdentity(base), await weightsIdentity(adapter)];
  const bytes = new TextEncoder().encode(parts.join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The base of others, with a head like theirs. */
export async function openMergeBase(
  reference: string,
  { trained: { task } }: MergeSource,
  device: Device,
): Promise<Pick<MergeSource, "opened" | "model" | "fingerprint">> {
  const base = await openedBase(reference, device);
  return {
    opened: base.opened,
    model: await base.modelWith(task.head),
    fingerprint: await weightsIdentity(base.opened.files.weights),
  };
}

async function openedBase(reference: string, device: Device): Promise<Base> {
  return await openBase(await openStage({ model: reference }), device, {});
}

/** Which tensors must be alike: all, those of a layer whatever its number, or none yet. */
export type AlikeTensors = "all" | "by layer" | "none";

/**
 * Makes sure that models can be merged: one family that computes alike, the same tensors, one task with the same
 * labels. All that is wrong is one error of kind "input".
 */
export function checkAlike(
  sources: Readonly<Record<string, MergeSource>>,
  base: { readonly name: string; readonly model: Model } | undefined,
  tensors: AlikeTensors = "all",
): void {
  const [[firstName, first], ...others] = Object.entries(sources);
  const wrong = others.flatMap(([name, { model, trained }]) => [
    ...unlikeTensors([name, model], [firstName, first.model], tensors),
    ...unlikeTasks(name, trained, firstName, first.trained),
  ]);
  if (base) {
    wrong.push(...unlikeTensors([base.name, base.model], [firstName, first.model], tensors));
  }
  if (wrong.length > 0) throw mistakes("input", "these models do not fit each other:", wrong);
}

const shownTensors = 3;

function unlikeTensors(
  [name, model]: readonly [string, Model],
  [firstName, first]: readonly [string, Model],
  which: AlikeTensors,
): string[] {
  const [own, other] = [model, first].map(({ family }) => family.modelType);
  if (own !== other) return [`${name} is a ${own}, and ${firstName} a ${other}`];
  if (which === "none") return [];
  const shapesOf = (of: Model) =>
    modelWeights(of).map(({ path, shape }) =>
      [which === "all" ? path : path.replace(/(^|\.)\d+\./, "$1*."), shape.join(" × ")] as const
    );
  const shapes = new Map(shapesOf(first));
  const found = [...new Map(shapesOf(model))];
  const unlike = found.filter(([path, shape]) => shapes.get(path) !== shape)
    .map(([path, shape]) =>
      `${path} is ${shape}, and ${shapes.get(path) ?? "not"} in ${firstName}`
    );
  const names = new Set(found.map(([path]) => path));
  const lacking = [...shapes.keys()].filter((path) => !names.has(path))
    .map((path) => `it has no ${path}`);
  const all = [...unlike, ...lacking];
  if (all.length === 0) return unlikeConfigs(name, model, firstName, first);
  const more = all.length > shownTensors ? ` and ${all.length - shownTensors} more` : "";
  return [`${name}: ${all.slice(0, shownTensors).join("; ")}${more}`];
}

/**
 * Fields of a config that may differ: how long texts are, which tokens there are, how many layers (all of which the
 * tensors say, too), and what matters to a training alone.
 */
const mayDiffer =
  /^(maxTokens|maxPositions|vocabSize|padId|numLayers|sliding|imageSize|initializerRange)$|dropout/i;

/** The same numbers mean something else in a network that computes otherwise. */
function unlikeConfigs(name: string, { config }: Model, firstName: string, first: Model): string[] {
  const [own, other] = [config, first.config].map((each) =>
    new Map(
      Object.entries(each).filter(([field]) => !mayDiffer.test(field)).map(([field, value]) =>
        [field, JSON.stringify(value)] as const
      ),
    )
  );
  return [...new Set([...own.keys(), ...other.keys()])]
    .filter((field) => own.get(field) !== other.get(field))
    .map((field) =>
      `${name} computes otherwise than ${firstName}: by its config ${field} is ${
        own.get(field) ?? "not given"
      }, ` +
      `and ${other.get(field) ?? "not given"} in ${firstName}`
    );
}

function unlikeTasks(
  name: string,
  { task }: TrainedTask,
  firstName: string,
  { task: first }: TrainedTask,
): string[] {
  if (task.task.name !== first.task.name) {
    return [`${name} does ${task.task.name}, and ${firstName} ${first.task.name}`];
  }
  const [own, other] = [task, first].map(({ labels }) => labels.join(", "));
  if (own === other) return [];
  return [
    `${name} has the labels ${own}, and ${firstName} ${other}: the numbers of one head mean other ` +
    "labels than those of the other",
  ];
}

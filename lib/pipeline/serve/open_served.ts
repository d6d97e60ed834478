/**
 * Opens what is to be served: each base once, whatever is put on it.
 *
 * @module
 */
import { readPeftFiles, readPeftHeader } from "../../adapters/peft/files.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import type { ServedBase } from "../../serve/served_base.ts";
import { parseReference, referenceOf } from "../../weights/reference.ts";
import { type Base, openBase } from "../open/open_base.ts";
import type { OpenOptions } from "../open/open_options.ts";
import { adapterFolder, baseReference, trainedAdapter } from "../open/trained_adapter.ts";
import { checkAnswers, trainedAlone } from "../open/trained_alone.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { openStage } from "../run/open_stage.ts";
import { type EnsembleContents, readEnsemble } from "../ensemble/ensemble_file.ts";
import { adaptersBase } from "./adapters_base.ts";
import { ensembleBase } from "./ensemble_base.ts";
import type { NamedSource } from "./served_sources.ts";
import { onnxBase, onnxFolder } from "./onnx_base.ts";
import { wholeBase } from "./whole_base.ts";

/** How models are held. */
export interface HoldOptions
  extends
    Pick<OpenOptions, "device" | "precision" | "base" | "signal">,
    Pick<PlanSpec, "quantize"> {
  /** The most adapters in memory on each base. */
  readonly maxAdapters: number;
}

/** What stands on one base. */
interface BaseGroup {
  readonly reference: string;
  /** The base itself, where it is served. */
  own?: NamedSource;
  /** Adapters that were named one by one. */
  readonly named: NamedSource[];
  /** Adapters of a folder of adapters. */
  readonly others: NamedSource[];
}

/**
 * Opens models, and ensembles in folders of their own, under their names.
 *
 * @param sources whole models and adapters
 * @param others further adapters, which stay on the disk until they are asked for
 */
export async function openServed(
  sources: readonly NamedSource[],
  others: readonly NamedSource[],
  options: HoldOptions,
): Promise<ServedBase[]> {
  const ensembles: (readonly [NamedSource, EnsembleContents])[] = [];
  const models: NamedSource[] = [];
  for (const source of sources) {
    const contents = await readEnsemble(source.reference);
    if (contents) ensembles.push([source, contents]);
    else models.push(source);
  }
  const groups = await groupsOf(models, others, options);
  const device = await openDevice(options.device, { precision: options.precision });
  const bases: ServedBase[] = [];
  try {
    for (const group of groups) bases.push(await openGroup(group, device, options));
    for (const [source, contents] of ensembles) {
      const held = { ...options, maxAdapters: Object.keys(contents.members).length };
      bases.push(await ensembleBase(source, contents, (members) => openServed(members, [], held)));
    }
    return bases;
  } catch (error) {
    for (const base of bases) await base.dispose();
    throw error;
  }
}

/** Sources by the base that they stand on. Adapters whose base is not known are one error. */
async function groupsOf(
  sources: readonly NamedSource[],
  others: readonly NamedSource[],
  { base: given }: Pick<HoldOptions, "base">,
): Promise<BaseGroup[]> {
  const groups = new Map<string, BaseGroup>();
  const wrong: string[] = [];
  const groupOf = async (reference: string): Promise<BaseGroup> => {
    const key = await identityOf(reference);
    const known = groups.get(key) ?? { reference, named: [], others: [] };
    groups.set(key, known);
    return known;
  };
  const baseOf = async (folder: string) =>
    given === undefined ? await baseReference(await readPeftHeader(folder)) : referenceOf(given);
  const sorted = async (source: NamedSource, kind: "named" | "others") => {
    try {
      const folder = await adapterFolder(source.reference);
      if (folder !== undefined) {
        (await groupOf(await baseOf(folder)))[kind].push(source);
        return;
      }
      const group = await groupOf(source.reference);
      if (group.own) throw new TunebookError("input", `${source.reference} is given twice`);
      group.own = source;
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(messageOf(error));
    }
  };
  for (const source of sources) await sorted(source, "named");
  for (const source of others) await sorted(source, "others");
  if (wrong.length > 0) throw mistakes("input", "these models cannot be served:", wrong);
  return [...groups.values()];
}

/** The same text for the same model, however its folder is written. */
async function identityOf(reference: string): Promise<string> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "file") return reference;
  const path = await Deno.realPath(parsed.path).catch(() => parsed.path);
  return `file:${path}`;
}

async function openGroup(
  { reference, own, named, others }: BaseGroup,
  device: Device,
  options: HoldOptions,
): Promise<ServedBase> {
  const { quantize, signal, maxAdapters } = options;
  const graphs = own && await onnxFolder(reference);
  if (graphs && named.length === 0 && others.length === 0) return await onnxBase(own, graphs);
  const spec = { model: reference, ...(quantize ? { quantize } : {}) };
  const base = await openBase(await openStage(spec, { signal }), device, spec);
  try {
    const adapters = [...named, ...others];
    if (adapters.length === 0) return await openAlone(own!, base, signal);
    const [only] = named;
    if (!own && adapters.length === 1 && only) return await openWithAdapter(only, base);
    const alone = await ownTask(base, own, signal);
    return await adaptersBase(base, { adapters, maxAdapters, ...(alone ? { own: alone } : {}) });
  } catch (error) {
    await base.dispose();
    throw error;
  }
}

async function openAlone(
  source: NamedSource,
  base: Base,
  signal: AbortSignal | undefined,
): Promise<ServedBase> {
  const trained = await trainedAlone(base, {}, signal);
  if ("why" in trained) throw trained.why();
  checkAnswers(source.reference, trained);
  return await wholeBase(source, base, trained);
}

async function openWithAdapter(source: NamedSource, base: Base): Promise<ServedBase> {
  const folder = (await adapterFolder(source.reference))!;
  const trained = await trainedAdapter(source.name, await readPeftFiles(folder), base, {});
  checkAnswers(source.name, trained);
  return await wholeBase(source, base, trained);
}

/** What a base answers that adapters stand on; nothing where it is there for the adapters alone. */
async function ownTask(base: Base, own: NamedSource | undefined, signal: AbortSignal | undefined) {
  if (!own) return undefined;
  const trained = await trainedAlone(base, {}, signal);
  if ("why" in trained) return undefined;
  const { model, attached, task } = trained;
  try {
    checkAnswers(own.reference, { model, attached });
  } catch (error) {
    if (error instanceof TunebookError && error.kind === "weights") return undefined;
    throw error;
  }
  return { source: own, task };
}

/**
 * An ensemble that is served, or opened: its members are asked together, and those on one base share its weights.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { ServedBase, ServedModel } from "../../serve/served_base.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import { type Ensemble, ensemble } from "../ensemble/ensemble.ts";
import type { EnsembleContents } from "../ensemble/ensemble_file.ts";
import { servedModel } from "./served_model.ts";
import type { NamedSource } from "./served_sources.ts";

/** What is served, with the ensemble itself. */
export interface EnsembleBase extends ServedBase {
  /** Asks all members with the signal of one request. */
  asking(signal: AbortSignal): Ensemble<string, unknown>;
}

interface Member {
  readonly base: ServedBase;
  readonly model: ServedModel;
}

/** Opens the members by `open`, which opens what is served. */
export async function ensembleBase(
  source: NamedSource,
  { members, by, weights }: EnsembleContents,
  open: (sources: readonly NamedSource[]) => Promise<ServedBase[]>,
): Promise<EnsembleBase> {
  const bases = await open(
    Object.entries(members).map(([name, reference]) => ({ name, reference })),
  );
  const dispose = async () => {
    for (const base of bases) await base.dispose();
  };
  try {
    const found = new Map<string, Member>(
      bases.flatMap((base) => base.models.map((model) => [model.name, { base, model }] as const)),
    );
    const opened = Object.keys(members).map((name) => found.get(name)!);
    refuseOthers(source, opened);
    const asking = (signal: AbortSignal) =>
      ensemble<string, unknown>(
        Object.fromEntries(opened.map(({ base, model }) => [model.name, {
          predict: async (inputs: readonly unknown[]) =>
            await base.predict(inputs.map((input) => ({ model, input })), signal) as SaidLabel[],
        }])),
        { by, weights },
      );
    const lengths = opened.flatMap(({ model }) => model.maxTokens ?? []);
    const most = lengths.length === 0 ? undefined : Math.min(...lengths);
    const [first] = opened;
    const model = await servedModel(source, first.model.task, most);
    return {
      reference: source.reference,
      models: [model],
      asking,
      predict: async (asked, signal) => [
        ...await asking(signal).predict(asked.map(({ input }) => input)),
      ],
      textModel: () =>
        Promise.reject(
          new TunebookError("unsupported", `${source.name} is an ensemble, which writes no texts`),
        ),
      tokens: (_, text) => first.base.tokens(first.model, text),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Members must label the same inputs with the same labels. */
function refuseOthers(
  { name, reference }: NamedSource,
  [first, ...others]: readonly Member[],
): void {
  const taskOf = ({ model }: Member) => model.task.task;
  const labelsOf = ({ model }: Member) => JSON.stringify(model.labels);
  const isLabelling = ["text-classification", "image-classification"].includes(taskOf(first).name);
  const wrong = [
    ...isLabelling
      ? []
      : [`${first.model.name} was trained for ${taskOf(first).name}, which is no labelling`],
    ...others.filter((other) => taskOf(other).name !== taskOf(first).name)
      .map((other) =>
        `${other.model.name} was trained for ${taskOf(other).name}, ${first.model.name} for ${
          taskOf(first).name
        }`
      ),
    ...others.filter((other) => labelsOf(other) !== labelsOf(first))
      .map((other) =>
        `${other.model.name} has the labels ${labelsOf(other)}, ${first.model.name} ${
          labelsOf(first)
        }`
      ),
  ];
  if (wrong.length > 0) {
    throw mistakes(
      "input",
      `the ensemble ${quoted(name)} (${reference}) cannot answer together:`,
      wrong,
    );
  }
}

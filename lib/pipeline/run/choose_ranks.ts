/**
 * Chooses, after a training of nested ranks, which rank each target module keeps.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import type { State } from "../../engine/mod.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { nsga2 } from "../../search/samplers/nsga2.ts";
import { startingWith } from "../../search/samplers/starting_with.ts";
import { startSearch } from "../../search/search.ts";
import { choice } from "../../search/space/choice.ts";
import type { ChoiceDimension, Point } from "../../search/space/dimension.ts";
import { searchSpace } from "../../search/space/search_space.ts";
import type { TrainContext } from "../../train/train.ts";
import { formatNumber } from "../display/format_number.ts";
import { bestOfFront } from "../search/front_trials.ts";

/** The ranks that are kept. */
export interface ChosenRanks {
  /** Target module → its rank. */
  readonly ranks: Readonly<Record<string, number>>;
  /** Their score on the validation rows. */
  readonly score: number;
  /** Numbers of the matrices with these ranks, and with all of them. */
  readonly parameters: number;
  readonly allParameters: number;
  /** The score with all ranks. */
  readonly allScore: number;
}

/** Candidates that are scored, and how many of them are alive at a time. */
const [candidates, population] = [100, 20];

/** Throws for nested ranks where no validation rows can choose among them. */
export function requireValidation(
  { nested }: Pick<AttachedMethod, "nested">,
  validate: TrainContext["validate"],
): void {
  if (!nested || validate) return;
  throw new TunebookError(
    "input",
    "lora: nestedRanks are chosen by validation rows, and there are none: give the data some, " +
      ".data(rows, { …, validation: 0.2 })",
  );
}

/**
 * Scores candidates on the validation rows, as evolution with two aims finds them (NSGA-II: score and numbers of
 * the matrices), and leaves in the state the best one: of those with the best score the smallest. Nothing where
 * no ranks are nested.
 */
export async function chooseRanks(
  { nested }: Pick<AttachedMethod, "nested">,
  state: State,
  { validate, step, seed, signal }: {
    readonly validate?: TrainContext["validate"];
    /** Steps that are done. */
    readonly step: number;
    readonly seed: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ChosenRanks | undefined> {
  if (!nested || !validate) return undefined;
  const trained = await state.read(parameters);
  const paths = [...nested.ranks.keys()];
  const score = async (chosen: ReadonlyMap<string, number>) => {
    await state.write(parameters, nested.cut(trained, chosen));
    return await validate(state, signal, step);
  };
  const all = new Map(paths.map((path) => [path, nested.ranks.get(path)!.at(-1)!]));
  const { score: allScore, better } = await score(all);
  const space = { ranks: paths.map((path) => choice(...nested.ranks.get(path)!)) };
  const search = startSearch(space, {
    better: [better, "lower"],
    sampler: startingWith(nsga2({ population }), evenPoints(space)),
    seed,
  });
  const ranksOf = (suggestion: { readonly ranks: readonly number[] }) =>
    new Map(paths.map((path, at) => [path, suggestion.ranks[at]]));
  const known = new Map<string, number>([[JSON.stringify([...all.values()]), allScore]]);
  for (let candidate = 0; candidate < candidates; candidate++) {
    if (signal?.aborted) throw interruption();
    const { number, suggestion } = search.ask()!;
    const chosen = ranksOf(suggestion);
    const key = JSON.stringify([...chosen.values()]);
    const found = known.get(key) ?? (await score(chosen)).score;
    known.set(key, found);
    if (!Number.isFinite(found)) search.fail(number);
    else search.tell(number, [found, nested.count(chosen)]);
  }
  const front = search.paretoFront.map(({ number, suggestion, values: [score, count] }) => ({
    number,
    suggestion,
    score,
    costs: [count],
  }));
  const best = bestOfFront(front, better);
  const kept = best ? ranksOf(best.suggestion) : all;
  await state.write(parameters, nested.cut(trained, kept));
  return {
    ranks: Object.fromEntries(kept),
    score: best?.score ?? allScore,
    parameters: nested.count(kept),
    allParameters: nested.count(all),
    allScore,
  };
}

/** The largest rank everywhere, the one below it everywhere, and so on. */
function evenPoints(space: object): Point[] {
  const { dimensions } = searchSpace(space);
  const [{ count }] = dimensions as readonly ChoiceDimension[];
  return Array.from(
    { length: count },
    (_, at) => Object.fromEntries(dimensions.map(({ name }) => [name, count - 1 - at])),
  );
}

/** What a person should know of the ranks that were kept. */
export function ranksNotes(chosen: ChosenRanks | undefined, judge: string): string[] {
  if (!chosen) return [];
  const { ranks, score, allScore, parameters, allParameters } = chosen;
  const kept = Object.entries(ranks).map(([path, rank]) => `${path} ${rank}`).join(", ");
  return [
    `of ${candidates} choices of ranks the best on the validation rows keeps ${
      (100 * parameters / allParameters).toFixed(0)
    } % of the matrices (${judge} ${formatNumber(score)}, with all of them ${
      formatNumber(allScore)
    }): ${kept}`,
  ];
}

/**
 * A process that works on a search in a file until enough trials have ended: `search_process.ts FILE TRIALS`.
 * Each trial that it has told is a line of its output.
 *
 * @module
 */
import { float } from "../../../lib/search/space/float.ts";
import { int } from "../../../lib/search/space/int.ts";
import { openSearch } from "../../../lib/search/open_search.ts";
import { tpe } from "../../../lib/search/samplers/tpe.ts";

/** The search that all processes work on. */
export const openShared = (file: string, seed = 3) =>
  openSearch({ x: float(0, 1), n: int(1, 9) }, { file, better: "lower", sampler: tpe(), seed });

/** What a trial gives. */
export const valueOf = ({ x, n }: { x: number; n: number }) => (x - 0.3) ** 2 + n;

if (import.meta.main) {
  const [file, trials] = Deno.args;
  using search = openShared(file);
  const ended = () => search.history.trials.filter(({ state }) => state !== "pending").length;
  while (ended() < Number(trials)) {
    const { number, suggestion } = search.ask()!;
    search.report(number, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    search.tell(number, valueOf(suggestion));
    console.log(number);
  }
}

/**
 * Predictors that are made when they are asked and given up when others are asked: a notebook keeps many
 * results, and each compiled one holds the weights of its whole model.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Predictor } from "./predict.ts";

/** A predictor that is there whenever it is used. */
export interface KeptPredictor extends AsyncDisposable {
  /** Makes the predictor where it is not there, and uses it. */
  use<Result>(work: (predictor: Predictor) => Promise<Result>): Promise<Result>;
}

/** So many stay compiled; one that was given up is compiled again when it is asked. */
const mostCompiled = 2;

interface Compiled {
  readonly predictor: Promise<Predictor>;
  users: number;
}

/** The compiled ones of this process, the one asked last at the end. */
const compiled = new Set<Compiled>();

/** Gives up those that were asked longest ago; one that is at work stays. */
async function makeRoom(): Promise<void> {
  for (const each of [...compiled]) {
    if (compiled.size <= mostCompiled) return;
    if (each.users > 0) continue;
    compiled.delete(each);
    await (await each.predictor).dispose();
  }
}

/**
 * Keeps a predictor. A second dispose does nothing; a use after it is an error of kind "input".
 *
 * @param make compiles it
 */
export function keptPredictor(make: () => Promise<Predictor>): KeptPredictor {
  let own: Compiled | undefined;
  let isDisposed = false;
  const current = (): Compiled => {
    if (own && compiled.has(own)) {
      compiled.delete(own);
    } else own = { predictor: make(), users: 0 };
    compiled.add(own);
    return own;
  };
  return {
    async use(work) {
      if (isDisposed) {
        throw new TunebookError(
          "input",
          "this result was disposed, so that its model is gone; deploy it and open the folder with " +
            "open(…), or dispose it later",
        );
      }
      const used = current();
      used.users++;
      try {
        return await work(await used.predictor);
      } catch (error) {
        // What could not be compiled is not kept.
        if (await used.predictor.then(() => false, () => true)) compiled.delete(used);
        throw error;
      } finally {
        used.users--;
        await makeRoom();
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      if (!own || !compiled.delete(own)) return;
      await (await own.predictor).dispose();
    },
  };
}

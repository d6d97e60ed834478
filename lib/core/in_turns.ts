/**
 * Work that waits for the work before it.
 *
 * @module
 */

/** Runs each piece of work when all that were given before it have ended, however they did. */
export function inTurns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
}

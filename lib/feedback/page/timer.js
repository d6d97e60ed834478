/**
 * How long a person looks at an item.
 *
 * @module
 */

const signs = ["keydown", "pointerdown", "pointermove", "wheel", "scroll"];

/** Counts seconds from `start`; not those in which the page is hidden, nor what goes beyond `idleSeconds` without a sign. */
export function activeTimer(idleSeconds) {
  let [total, last] = [0, performance.now()];
  const count = () => {
    const now = performance.now();
    // While the page is hidden nothing is counted: it was counted when it was left.
    if (!isHidden) total += Math.min(now - last, idleSeconds * 1000);
    last = now;
  };
  let isHidden = document.hidden;
  for (const sign of signs) {
    document.addEventListener(sign, count, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    count();
    isHidden = document.hidden;
  });
  return {
    start() {
      [total, last] = [0, performance.now()];
    },
    seconds() {
      count();
      return total / 1000;
    },
  };
}

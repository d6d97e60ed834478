/**
 * What comes from a job in pieces, line by line.
 *
 * @module
 */

/** Takes pieces and tells whole lines; a dispose tells what is left. */
export function toldLines(
  tell: (line: string) => void,
): Disposable & { add(text: string): void } {
  let rest = "";
  return {
    add(text) {
      const whole = (rest + text).split("\n");
      rest = whole.pop()!;
      for (const line of whole) tell(line);
    },
    [Symbol.dispose]: () => rest === "" ? undefined : tell(rest),
  };
}

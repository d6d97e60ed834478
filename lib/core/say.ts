/**
 * Words for the person who watches, beside the results.
 *
 * @module
 */
import { kernel } from "./kernel.ts";
import { visibleLines } from "./visible.ts";

/**
 * Says a line: on stderr, so that results alone are on stdout. A notebook paints stderr as an alarm,
 * so there it is an ordinary line below the cell. Control characters are shown, not sent.
 */
export function say(line: string): void {
  const shown = visibleLines(line);
  if (kernel()) console.log(shown);
  else console.error(shown);
}

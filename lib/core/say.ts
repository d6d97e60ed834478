/**
 * Words for the person who watches, beside the results.
 *
 * @module
 */
import { kernel } from "./kernel.ts";

/**
 * Says a line: on stderr, so that results alone are on stdout. A notebook paints stderr as an alarm,
 * so there it is an ordinary line below the cell.
 */
export function say(line: string): void {
  if (kernel()) console.log(line);
  else console.error(line);
}

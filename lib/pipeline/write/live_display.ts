/**
 * A display of a notebook that changes while something is written.
 *
 * @module
 */
import type { MimeBundle } from "../../core/display.ts";
import { notebookHere } from "../../core/notebook.ts";

/** Often enough to be read along, seldom enough to cost nothing. */
const millisecondsBetween = 100;

/** Shows bundles in one place, the last one always; undefined outside notebooks. */
export function liveDisplay(): ((shown: MimeBundle) => void) | undefined {
  const notebook = notebookHere();
  if (!notebook) return undefined;
  const id = `tunebook-${crypto.randomUUID()}`;
  let isShown = false;
  let waiting: MimeBundle | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    timer = undefined;
    if (!waiting) return;
    const bundle = waiting;
    waiting = undefined;
    const place = { id, update: isShown };
    isShown = true;
    timer = setTimeout(draw, millisecondsBetween);
    notebook.show(bundle, place).catch((error) =>
      console.error(`the conversation is not shown: ${error}`)
    );
  };
  return (shown) => {
    waiting = shown;
    if (timer === undefined) draw();
  };
}

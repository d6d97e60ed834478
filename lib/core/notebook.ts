/**
 * The notebook that runs the program, if one does.
 *
 * @module
 */
import type { MimeBundle } from "./display.ts";
import { kernel } from "./kernel.ts";

/** A place where displays can be shown and changed. */
export interface Notebook {
  /** Shows a display under an id, or changes the one that has it. */
  show(bundle: MimeBundle, place: { readonly id: string; readonly update: boolean }): Promise<void>;
}

/** The notebook of Deno's Jupyter kernel; nothing elsewhere. */
export function notebookHere(): Notebook | undefined {
  const here = kernel();
  return here && {
    show: (bundle, { id, update }) => here.display(bundle, { raw: true, display_id: id, update }),
  };
}

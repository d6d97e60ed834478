/**
 * The notebook that runs the program, if one does.
 *
 * @module
 */
import type { MimeBundle } from "./display.ts";

/** A place where displays can be shown and changed. */
export interface Notebook {
  /** Shows a display under an id, or changes the one that has it. */
  show(bundle: MimeBundle, place: { readonly id: string; readonly update: boolean }): Promise<void>;
}

interface Jupyter {
  display(
    bundle: MimeBundle,
    options: { raw: true; display_id: string; update: boolean },
  ): Promise<void>;
}

/** The notebook of Deno's Jupyter kernel; nothing elsewhere. */
export function notebookHere(): Notebook | undefined {
  let jupyter: Jupyter;
  try {
    // Outside the kernel the property is there, and throws when it is read.
    jupyter = (Deno as unknown as { jupyter: Jupyter }).jupyter;
    if (typeof jupyter?.display !== "function") return undefined;
  } catch {
    return undefined;
  }
  return {
    show: (bundle, { id, update }) =>
      jupyter.display(bundle, { raw: true, display_id: id, update }),
  };
}

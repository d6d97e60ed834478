/**
 * The Jupyter kernel that the program runs in, if it runs in one.
 *
 * @module
 */

/** What a Deno kernel offers to the code of its cells. */
export interface JupyterKernel {
  /** Shows a value below the cell; with `update`, in place of the display of the same id. */
  display(
    value: unknown,
    options?: { raw?: boolean; display_id?: string; update?: boolean },
  ): Promise<void>;
  /** Sends any message of the Jupyter protocol to everybody who watches the notebook. */
  broadcast(type: string, content: Record<string, unknown>, extra?: object): Promise<void> | void;
}

/** The kernel, or `undefined` outside notebooks. */
export function kernel(): JupyterKernel | undefined {
  try {
    // Outside a kernel the property is there all the same, and reading it throws.
    return (Deno as unknown as { jupyter?: JupyterKernel }).jupyter;
  } catch {
    return undefined;
  }
}

/**
 * The client of JupyterLab and VS Code, for tests.
 *
 * @module
 */
import { type Kernel, ServerConnection } from "@jupyterlab/services";
import type { NotebookServer } from "./notebook_server.ts";

/** How to reach a server. */
export function settingsFor(
  { url, token }: Pick<NotebookServer, "url" | "token">,
  Socket: typeof WebSocket = WebSocket,
): ServerConnection.ISettings {
  return ServerConnection.makeSettings({
    baseUrl: url,
    wsUrl: url.replace(/^http/, "ws"),
    token,
    appendToken: true,
    init: { cache: "no-store", credentials: "same-origin" },
    fetch,
    Request,
    Headers,
    WebSocket: Socket,
  });
}

/** What a cell shows, as one text for each output. */
export async function outputsOf(
  kernel: Kernel.IKernelConnection,
  code: string,
  onText: (text: string) => void = () => {},
): Promise<string[]> {
  const shown: string[] = [];
  const future = kernel.requestExecute({ code, allow_stdin: true, stop_on_error: false });
  future.onIOPub = ({ header: { msg_type: type }, content }) => {
    const { text, data, ename, evalue } = content as Record<string, string> & {
      data?: Record<string, string>;
    };
    const words = type === "stream" ? text : type === "error" ? `${ename}: ${evalue}` : undefined;
    const found = words ?? data?.["text/plain"];
    if (found === undefined) return;
    shown.push(found);
    onText(found);
  };
  await future.done;
  return shown;
}

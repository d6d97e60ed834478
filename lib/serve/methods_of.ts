/**
 * Which methods an address takes.
 *
 * @module
 */
import type { ServerApp } from "./routes/route.ts";

/** The methods of the endpoints with that path; none where there is no endpoint. */
export function methodsOf({ routes }: Pick<ServerApp, "routes">, path: string): string[] {
  const fitting = routes.filter(({ method, path: own }) =>
    method !== "ALL" && new URLPattern({ pathname: own }).test({ pathname: path })
  );
  return [...new Set(fitting.map(({ method }) => method))];
}

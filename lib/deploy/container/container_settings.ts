/**
 * What the files of a container have in common.
 *
 * @module
 */
import { permissions, serverArguments } from "../server/server_command.ts";
import { entryPoint } from "../server/server_files.ts";

/** How the container is made. */
export interface ContainerSettings {
  /** The name of the model, of the image and of what Kubernetes makes. */
  readonly name: string;
  readonly port: number;
  /** Whether the model lies in the image. */
  readonly isInside: boolean;
  /** Of the model. */
  readonly bytes: number;
  /** The version of Deno. */
  readonly deno: string;
  /** What the model was trained for. */
  readonly task: string;
}

/** Where the folder lies in the image. */
export const home = "/app";

/** Where the keys are mounted. */
export const keysFile = "/run/secrets/api_keys";

/** The user of distroless images that has no rights. */
export const user = 65532;

/** The arguments of Deno in the image. */
export function containerArguments(
  { name, port }: Pick<ContainerSettings, "name" | "port">,
  {
    host = "0.0.0.0",
    temporary = "/tmp",
    keys,
  }: { readonly host?: string; readonly temporary?: string; readonly keys?: string } = {},
): string[] {
  return serverArguments({
    start: ["run", "--cached-only", ...permissions(temporary), entryPoint],
    model: [name, "model"],
    host,
    port,
    ...(keys === undefined ? {} : { keys }),
  });
}

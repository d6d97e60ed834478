/**
 * The command line of a deployed server.
 *
 * @module
 */

/** What a server is told. */
export interface ServerCommand {
  /** Its first part: `run` with the entry point, or nothing where the program is a file of its own. */
  readonly start: readonly string[];
  /** The model's name → its folder; none where the program brings its model. */
  readonly model?: readonly [name: string, folder: string];
  readonly host: string;
  readonly port: number;
  /** A file with keys. */
  readonly keys?: string;
}

/**
 * What the server may do: listen, read the model, write weights where ONNX Runtime maps them into memory, and load
 * its native code. No process is started, and nothing is imported from the network.
 *
 * @param temporary the folder for temporary files; anywhere unless given
 */
export function permissions(temporary?: string): string[] {
  return [
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    temporary === undefined ? "--allow-write" : `--allow-write=${temporary}`,
    "--allow-env",
    "--allow-sys",
    "--allow-ffi",
  ];
}

/** The arguments, of Deno or of a program of its own. */
export function serverArguments({ start, model, host, port, keys }: ServerCommand): string[] {
  return [
    ...start,
    ...(model ? [`${model[0]}=${model[1]}`] : []),
    ...["--host", host, "--port", String(port)],
    ...(keys === undefined ? [] : ["--api-keys-file", keys]),
  ];
}

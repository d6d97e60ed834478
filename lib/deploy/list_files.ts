/** A file below a folder. */
export interface FileSize {
  /** With slashes on every system, `onnx/model.onnx`. */
  readonly path: string;
  readonly bytes: number;
}

/** All files below a folder, by their paths. */
export async function listFiles(folder: string, below = ""): Promise<FileSize[]> {
  const files: FileSize[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = below + name;
    if (isDirectory) files.push(...await listFiles(`${folder}/${name}`, `${path}/`));
    else files.push({ path, bytes: (await Deno.stat(`${folder}/${name}`)).size });
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

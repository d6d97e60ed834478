/**
 * Packs the package by npm.
 *
 * @module
 */
import { join } from "node:path";
import { stagePackage } from "./stage_package.ts";

/** A package that can be installed. */
export interface PackedPackage {
  /** Its path. */
  readonly file: string;
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** How many files are in it. */
  readonly files: number;
}

/** What `npm pack --json` says of a package. */
interface NpmReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** Makes the package of the project in `project` and writes its tarball into `folder`. */
export async function packPackage(project: string, folder: string): Promise<PackedPackage> {
  const staged = await Deno.makeTempDir({ prefix: "tunebook-package-" });
  try {
    await stagePackage(project, staged);
    await Deno.mkdir(folder, { recursive: true });
    const { code, stdout, stderr } = await new Deno.Command("npm", {
      args: ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
      cwd: staged,
    }).output();
    const text = new TextDecoder();
    if (code !== 0) throw new Error(`npm pack failed:\n${text.decode(stderr)}`);
    const [report] = JSON.parse(text.decode(stdout)) as NpmReport[];
    return {
      file: join(folder, report.filename),
      bytes: report.size,
      unpackedBytes: report.unpackedSize,
      files: report.entryCount,
    };
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
}

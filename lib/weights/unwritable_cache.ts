/**
 * What to say when the cache of downloads cannot be written.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { missingPermission } from "../core/permissions.ts";

/** Codes of what a file system refuses, where Deno has no class of its own. */
const refusals = /^E(?:NAMETOOLONG|ROFS|NOSPC|DQUOT|MFILE|NFILE|IO|ACCES|PERM|LOOP|NOTDIR|ISDIR)$/;

/**
 * The error to throw for an `error` that a file system gave below `folder`; what is an error of ours, or
 * no word of a file system, is thrown as it is.
 */
export function unwritableCache(error: unknown, folder: string): unknown {
  const denied = missingPermission(error);
  if (denied) return denied;
  const isOurs = error instanceof TunebookError && error.kind !== "output";
  if (isOurs || !isFileError(error)) return error;
  return new TunebookError(
    "output",
    `the cache of downloads, ${folder}, cannot be used: ${messageOf(error)}. Set HF_HUB_CACHE or ` +
      "HF_HOME to a folder that you may write and that has room.",
    { cause: error },
  );
}

function isFileError(error: unknown): boolean {
  if (error instanceof TunebookError) return true;
  const { errors } = Deno;
  const classes = [
    errors.PermissionDenied,
    errors.NotADirectory,
    errors.IsADirectory,
    errors.AlreadyExists,
    errors.NotFound,
    errors.FilesystemLoop,
    errors.WriteZero,
  ];
  return classes.some((each) => error instanceof each) ||
    refusals.test(String((error as { code?: unknown } | null)?.code));
}

/** A commit that holds what was uploaded. */
export interface UploadedCommit {
  readonly repository: string;
  readonly commit: string;
  /** Its page. */
  readonly url: string;
  /** Files whose hash the hub tells, and that are the folder's. */
  readonly files: number;
}

/**
 * What is done with files by path: few operations, each of which a browser's private file system (OPFS) can do with the
 * same promises. Errors are the system's own, with a `code` such as ENOENT, unless something else is said.
 */
export interface Files {
  /**
   * Opens a file that has an end and does not wait: no pipe, no device, no folder (EISDIR).
   * @throws the system's own error, or one that says what it is not
   */
  open(path: string): Promise<ReadableFile>;
  /** Such a file at once, or a part of it; fewer bytes where the file ends before. @throws as `open` */
  readSync(path: string, offset?: number, length?: number): Uint8Array<ArrayBuffer>;
  /** Opens such a file for reads that do not wait, as a library in WebAssembly does them. @throws as `open` */
  openSync(path: string): SyncFile;
  /**
   * Writes a file so that a reader, or a process that starts after a crash, sees the old file or the new one, never half.
   * What a writer that was killed has left beside it is removed.
   * @param chunks the file's bytes, or its parts in order; none is changed or kept
   */
  write(path: string, chunks: Chunks, options?: WriteOptions): Promise<void>;
  /** Opens a file that grows over several processes' lives; it is created where it is missing. */
  openGrowing(path: string): Promise<GrowingFile>;
  /** What lies in a folder, in any order. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** What a path leads to, through links. */
  status(path: string): Promise<FileStatus>;
  /** Makes a folder and those around it; one that is there stays. */
  makeFolder(path: string): Promise<void>;
  /** Moves a file to its place, in one step; what was there is replaced. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>;
  /** The path without links. */
  realPath(path: string): Promise<string>;
  /**
   * The place of `parts` below a folder, both without links, and whether it really lies in the folder.
   */
  within(folder: string, parts: readonly string[]): { readonly path: string; readonly isInside: boolean };
  /**
   * Makes this caller the only one that works on a thing, among all that see the same folder. A holder whose process has
   * died is succeeded; nothing is left when the lock is let go.
   * @returns what lets go of it, or who holds it
   */
  lock(path: string): Promise<Release | LockHolder | "unknown">;
}

/** Bytes as they are written: all at once, or in parts. */
export type Chunks = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** Whether the file survives a power cut once it is written. Default true. */
  readonly flush?: boolean;
}

export interface ReadableFile {
  readonly size: number;
  /** All bytes of the range. @throws Error where the file has become shorter */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

export interface SyncFile {
  readonly size: number;
  /** Fills `into` from a place of the file on. @returns how many bytes there were */
  read(into: Uint8Array, offset: number): number;
  close(): void;
}

export interface GrowingFile {
  readonly size: number;
  truncate(): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** Flushes and closes it. */
  close(): Promise<void>;
}

export interface FolderEntry {
  readonly name: string;
  /** A link is not followed. */
  readonly kind: "file" | "folder" | "link" | "other";
}

export interface FileStatus {
  readonly kind: "file" | "folder" | "other";
  readonly size: number;
  /** Of the last change, in milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** Who holds a lock. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  /** When its process began, in the system's own unit. */
  readonly begin: string;
  /** The set of processes in which the pid means something. */
  readonly space: string;
  /** When it took the lock. */
  readonly since: string;
  readonly token: string;
}

/** Lets go of a lock; a second call does nothing. */
export type Release = () => Promise<void>;

/** The code of a system's error, such as ENOENT; "" where it has none. */
export function fileErrorCode(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

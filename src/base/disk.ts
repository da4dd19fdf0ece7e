/**
 * The disk, for everything that must outlive the process. The real one is src/host/node-disk.ts,
 * made by main.ts; tests have one that forgets what was not synced. Synchronous, because a report is
 * durable before anything else happens to it.
 *
 * What survives a power cut: a file's content once `sync` returned, a name that came, went or moved
 * once `syncFolder` of its folder returned. Everything else may be there, not at all, or in part.
 *
 * Each call throws the system's own error, whose `code` is `ENOENT`, `ENOSPC` and so on.
 */
export interface Disk {
  /** As whom it opens files; undefined where the system has no such numbers (Windows). */
  readonly userId: number | undefined;
  /**
   * Opens a file for writing that is made or emptied, with exactly these rights. Never through a
   * link, which might lead root anywhere; a file that has a second name keeps its content under that
   * one. Throws at once (`EINVAL`) where a pipe or a device is in its place: those would be waited for.
   */
  create(path: string, mode: number): OpenFile;
  /** Opens a file that is there, as it is, for writing. Never through a link, or what is no file. */
  open(path: string): OpenFile;
  /** Opens a file, which is made if it is missing, for writing at its end. As `open` in all else. */
  append(path: string, mode: number): OpenFile;
  /** Writes all of it, where the last write ended. */
  write(file: OpenFile, content: Uint8Array): void;
  /** Makes the content durable. */
  sync(file: OpenFile): void;
  close(file: OpenFile): void;
  /** Makes a file somebody else's, with these rights. Only root may give files away. */
  give(file: OpenFile, to: Pick<LinkFacts, 'userId' | 'groupId' | 'mode'>): void;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** The same in the background; calls back when it is done, with the error if there was one. */
  unlinkSoon(path: string, done: (error: unknown) => void): void;
  /** Copies the content; the copy has exactly these rights. */
  copy(from: string, to: string, mode: number): void;
  /** Makes a folder in one that is there, unless it is there itself. */
  makeFolder(path: string, mode: number): void;
  /** Makes durable which names a folder holds. Nothing happens where the system has no such call. */
  syncFolder(path: string): void;
  /** Throws at once (`EISDIR`, `EINVAL`) for what is no file: a pipe would be waited for. */
  read(path: string): Buffer;
  /** Names in a folder, in no order. */
  list(path: string): readonly string[];
  /** Undefined where nothing is there. Follows links. */
  stat(path: string): FileFacts | undefined;
  /** What lies there itself: links are not followed. Undefined where nothing is there. */
  look(path: string): LinkFacts | undefined;
  /** Undefined where the file system does not tell. */
  space(path: string): DiskSpace | undefined;
  /**
   * The system's own lock on the file at `path`, which is made if it is missing; nobody may open it
   * otherwise. Ends with the process, however that ends. Undefined where somebody else has it.
   */
  lock(path: string): FileLock | undefined;
  /**
   * This disk for files that somebody else has named: where a lesser user than root could put
   * another file in the place of one of these, it has that user's rights and no more. Itself for
   * everybody but root.
   */
  withRightsOf(paths: readonly string[]): Disk;
  /** Runs `work`, which opens files by itself, with the rights that this disk has at `path`. */
  act<Value>(path: string, work: () => Value): Value;
}

/** A number, of the disk that gave it. */
export type OpenFile = number;

export interface FileFacts {
  readonly isFile: boolean;
  readonly sizeBytes: number;
  /** Another file has another one, also under the same name. */
  readonly fileNumber: number;
  readonly modifiedMs: number;
  /** Of its content, its name or its rights. */
  readonly changedMs: number;
}

export interface LinkFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** The twelve bits of chmod(2). */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** Where a link leads, as it says; empty for anything else. */
  readonly target: string;
}

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface FileLock {
  /** False once the locked file is no longer the one at its path: it was deleted, or replaced. */
  holds(): boolean;
  /** Idempotent. */
  release(): void;
}

/** Owner alone: reports and settings may hold what others on the machine must not read. */
export const ownerOnlyFileMode = 0o600;
export const ownerOnlyFolderMode = 0o700;

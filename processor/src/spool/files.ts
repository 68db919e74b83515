import { existsSync } from "node:fs";
import {
  access,
  constants,
  mkdir,
  open,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { dirname } from "node:path";

/** A file that is written at its end and made durable. */
export interface DurableFile {
  /** Writes all pieces at an offset. */
  write(pieces: readonly Uint8Array[], offset: number): Promise<void>;
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>;
  /** Resolves when what is behind a size is gone from the disk. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** What the spool needs of a file system; a test hands in one that fails. */
export interface Files {
  /** Creates a file that must not exist. */
  create(path: string): Promise<DurableFile>;
  /** Opens a file that is there. */
  open(path: string): Promise<DurableFile>;
  /** Makes the names in a folder durable: files that were created, renamed or removed. */
  syncDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Writes a whole file so that a crash leaves the old one, none, or the new one. */
  replace(path: string, content: Uint8Array | string): Promise<void>;
}

export const systemFiles: Files = {
  create: async (path) => durable(await open(path, "wx", 0o600)),
  open: async (path) => durable(await open(path, "r+")),
  syncDirectory: async (path) => {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  remove: (path) => rm(path, { force: true }),
  replace: async (path, content) => {
    const temporary = `${path}.new`;
    await writeFile(temporary, content, { mode: 0o600, flush: true });
    await rename(temporary, path);
    await systemFiles.syncDirectory(dirname(path));
  },
};

function durable(handle: FileHandle): DurableFile {
  return {
    write: async (pieces, offset) => {
      let rest = pieces.filter((piece) => piece.length > 0);
      let at = offset;
      while (rest.length > 0) {
        const { bytesWritten } = await handle.writev(rest, at);
        at += bytesWritten;
        rest = behind(rest, bytesWritten);
      }
    },
    sync: () => handle.datasync(),
    truncate: async (size) => {
      await handle.truncate(size);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}

/** Makes a folder and those above it; fails with the reason of the one that cannot be written. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    // On a read-only file system Node says that there is no such folder.
    let existing = dirname(path);
    while (!existsSync(existing)) existing = dirname(existing);
    await access(existing, constants.W_OK);
    throw error;
  }
}

/** What is left of the pieces behind their first `count` bytes: a write may be short. */
function behind(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skipped = count;
  for (const piece of pieces) {
    if (skipped >= piece.length) skipped -= piece.length;
    else {
      rest.push(skipped === 0 ? piece : piece.subarray(skipped));
      skipped = 0;
    }
  }
  return rest;
}

import { systemFiles, type DurableFile, type Files } from "#processor/spool/files.js";

export type Step =
  | "create"
  | "write"
  | "sync"
  | "truncate"
  | "syncDirectory"
  | "remove"
  | "replace";

/** The system's files, with steps that fail as long as they are in `failing`. */
export function failingFiles(failing: Map<Step, string>): Files {
  const check = (step: Step): void => {
    const code = failing.get(step);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${step}`), { code });
  };
  const wrap = (file: DurableFile): DurableFile => ({
    ...file,
    write: async (pieces, offset) => {
      if (failing.has("write")) await file.write(pieces.slice(0, 2), offset);
      check("write");
      await file.write(pieces, offset);
    },
    sync: async () => {
      check("sync");
      await file.sync();
    },
    truncate: async (size) => {
      check("truncate");
      await file.truncate(size);
    },
  });
  return {
    ...systemFiles,
    create: async (path) => {
      check("create");
      return wrap(await systemFiles.create(path));
    },
    open: async (path) => wrap(await systemFiles.open(path)),
    syncDirectory: async (path) => {
      check("syncDirectory");
      await systemFiles.syncDirectory(path);
    },
    remove: async (path) => {
      check("remove");
      await systemFiles.remove(path);
    },
    replace: async (path, content) => {
      check("replace");
      await systemFiles.replace(path, content);
    },
  };
}

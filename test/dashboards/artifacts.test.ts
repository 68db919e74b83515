import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { artifacts } from "#dashboards/artifacts.js";

const root = fileURLToPath(new URL("../../dashboards/", import.meta.url));

function committed(): ReadonlyMap<string, string> {
  const files = ["json", "provisioning"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [relative(root, file), readFileSync(file, "utf8")]));
}

describe("committed dashboards and provisioning files", () => {
  it("are what `npm run -w dashboards build` writes", () => {
    const built = artifacts();
    expect([...committed().keys()].toSorted()).toEqual([...built.keys()].toSorted());
    for (const [path, content] of committed()) {
      expect({ path, content }).toEqual({ path, content: built.get(path) });
    }
  });

  it("are built the same every time", () => {
    expect(artifacts()).toEqual(artifacts());
  });
});

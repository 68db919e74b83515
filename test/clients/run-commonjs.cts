/** The clients come by `require` here, as in a CommonJS application. */
async function main(): Promise<void> {
  const { run } = await import("./run.js");
  await run((name) => Promise.resolve(require(name) as unknown));
}

void main();

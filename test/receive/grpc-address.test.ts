import { describe, expect, it } from "vitest";
import { takenPort } from "../support/free-port.js";
import { testReceiver } from "../support/test-receiver.js";

describe("the address", () => {
  it("must be free, or the whole receiver does not start", async () => {
    const port = await takenPort();
    await expect(testReceiver({ grpc: { endpoint: `127.0.0.1:${port}` } })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `port ${port} on 127.0.0.1 is taken; set receivers.otlp.protocols.grpc.endpoint to another one`,
    });
  });

  it("must be loopback", async () => {
    await expect(testReceiver({ grpc: { endpoint: "0.0.0.0:0" } })).rejects.toMatchObject({
      code: "BIND_REFUSED",
    });
  });

  it("may be none", async () => {
    expect((await testReceiver({ grpc: { endpoint: null } })).grpc).toBe("");
  });
});

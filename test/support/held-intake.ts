import { EventEmitter, once } from "node:events";

export interface HeldIntake {
  /** Stands before what would make blocks durable, until it is opened. */
  readonly append: () => Promise<void>;
  /** Whether blocks have come. */
  readonly arrived: () => boolean;
  readonly open: () => void;
}

/** An intake that the test opens when it is time. */
export function heldIntake(): HeldIntake {
  const door = new EventEmitter();
  const opened = once(door, "open").then(() => undefined);
  let arrived = false;
  return {
    append: () => {
      arrived = true;
      return opened;
    },
    arrived: () => arrived,
    open: () => {
      door.emit("open");
    },
  };
}

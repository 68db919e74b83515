/** One of several services that work on one store. */
export interface Replica {
  /** How many there are, 1 or more. */
  readonly count: number;
  /** Which of them this one is, from 0. */
  readonly index: number;
}

/** A service that works on its store alone. */
export const onlyReplica: Replica = { count: 1, index: 0 };

import { ClickHouseError } from "@clickhouse/client";
import { CalibrantError, messageOf } from "../kernel/errors.js";

/**
 * ClickHouse's error codes that say nothing about the statement or the rows: the server is busy,
 * short of memory or disk, without its keeper, or does not know these credentials (yet).
 */
const retryable: ReadonlySet<number> = new Set([
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  195, // IP_ADDRESS_NOT_ALLOWED
  198, // DNS_ERROR
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  289, // REPLICA_IS_NOT_IN_QUORUM
  319, // UNKNOWN_STATUS_OF_INSERT
  364, // IP_ADDRESS_NOT_ALLOWED by the access list
  394, // QUERY_WAS_CANCELLED
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  516, // AUTHENTICATION_FAILED
  722, // ASYNC_LOAD_WAIT_FAILED
  999, // KEEPER_EXCEPTION
]);

/** The number ClickHouse gave, also out of a CalibrantError that this room threw. */
export function clickHouseCode(error: unknown): number | undefined {
  if (error instanceof ClickHouseError) return Number(error.code);
  if (error instanceof CalibrantError) return clickHouseCode(error.cause);
  return undefined;
}

/** Sorts what the client threw: no answer or a passing state is STORE_UNAVAILABLE, the rest STORE_REFUSED. */
export function storeError(doing: string, error: unknown): CalibrantError {
  if (error instanceof CalibrantError) return error;
  if (!(error instanceof ClickHouseError)) {
    return new CalibrantError("STORE_UNAVAILABLE", `${doing}: ${messageOf(error)}`, {
      cause: error,
      retryable: true,
    });
  }
  const code = Number(error.code);
  // The same number stands for too many parts (wait) and too many partitions in one insert (never).
  const passing = retryable.has(code) && !/Too many partitions/i.test(error.message);
  const message = `${doing}: ClickHouse ${error.code} (${error.type ?? "unknown"}): ${error.message}`;
  return new CalibrantError(passing ? "STORE_UNAVAILABLE" : "STORE_REFUSED", message, {
    cause: error,
    retryable: passing,
  });
}

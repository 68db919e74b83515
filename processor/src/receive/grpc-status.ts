import { Metadata, status, type StatusObject } from "@grpc/grpc-js";
import { CalibrantError } from "../kernel/errors.js";
import { bytesField, varintField } from "./protobuf-fields.js";
import { refusalOf, shortened } from "./refusal.js";

/** Clients bound the headers of an answer, some at 8 KiB, and the text is percent-encoded there. */
const longestDetails = 1_000;

const retryInfoType = Buffer.from("type.googleapis.com/google.rpc.RetryInfo");

/**
 * The status of a call that was not taken. What may pass carries a `google.rpc.RetryInfo`.
 * @param retryAfter seconds, for what may pass
 */
export function grpcStatus(error: unknown, retryAfter: number): StatusObject {
  const { rpcCode, message, later } = refusalOf(error);
  // grpc-js percent-encodes the text and throws on half a surrogate pair.
  const details = shortened(message, longestDetails).replace(/\p{Surrogate}/gu, "\uFFFD");
  const metadata = new Metadata();
  if (later) metadata.set("grpc-status-details-bin", retryDetails(rpcCode, details, retryAfter));
  if (error instanceof CalibrantError && error.code === "REQUEST_UNSUPPORTED") {
    metadata.set("grpc-accept-encoding", "identity,gzip,deflate");
    return { code: status.UNIMPLEMENTED, details, metadata };
  }
  return { code: rpcCode, details, metadata };
}

/** A `google.rpc.Status` with one detail, which says when to try again. */
function retryDetails(code: number, message: string, retryAfter: number): Buffer {
  const retryInfo = bytesField(1, varintField(1, retryAfter));
  const detail = Buffer.concat([bytesField(1, retryInfoType), bytesField(2, retryInfo)]);
  return Buffer.concat([
    varintField(1, code),
    bytesField(2, Buffer.from(message)),
    bytesField(3, detail),
  ]);
}

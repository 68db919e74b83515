import type { ContactPointsFile, Receiver } from "../alerting/alert-file.js";
import { repeated, type Report } from "./finding.js";

/** For each type, settings of which one must be there: without, Grafana does not start. */
const required: Readonly<Record<string, readonly string[]>> = {
  slack: ["url", "token"],
  pagerduty: ["integrationKey"],
  webhook: ["url"],
  email: ["addresses"],
};

export function checkContactPoints(
  files: ReadonlyMap<string, ContactPointsFile>,
  report: Report,
): void {
  const points = [...files].flatMap(([file, { contactPoints }]) =>
    contactPoints.map((point) => ({ file, point })),
  );
  const receivers = points.flatMap(({ point }) => point.receivers);
  for (const uid of repeated(receivers.map((receiver) => receiver.uid))) {
    report.expect(false, `two receivers have the uid ${uid}`);
  }
  for (const { file, point } of points) {
    const place = report.at(`${file}: contact point ${point.name}`);
    place.expect(point.name !== "", "the name is missing");
    place.expect(point.receivers.length > 0, "there is no receiver");
    for (const receiver of point.receivers) checkReceiver(receiver, place);
  }
}

function checkReceiver({ uid, type, settings }: Receiver, report: Report): void {
  report.expect(Boolean(uid), "a receiver has no uid");
  const names = required[type];
  report.expect(names !== undefined, `receivers of the type ${type} are not known`);
  report.expect(
    (names ?? []).some((name) => Boolean(settings[name])),
    `the ${type} receiver lacks ${(names ?? []).join(" or ")}`,
  );
  report.expect(
    Object.values(settings).every((value) => !String(value).includes("$")),
    `a setting of the ${type} receiver depends on the environment: Grafana does not start without it`,
  );
}

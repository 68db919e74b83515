import type { ContactPointsFile } from "./alert-file.js";

export const contactPointName = "calibrant";

/**
 * A receiver that Grafana accepts and that sends nothing, until an address is written in its
 * place. It is no environment variable, since Grafana does not start when that one is unset.
 */
const sendNothing = "grafana://noop";

export const contactPoints: ContactPointsFile = {
  apiVersion: 1,
  contactPoints: [
    {
      orgId: 1,
      name: contactPointName,
      receivers: [
        {
          uid: "calibrant-webhook",
          type: "webhook",
          settings: { url: sendNothing, httpMethod: "POST" },
          disableResolveMessage: false,
        },
      ],
    },
  ],
};

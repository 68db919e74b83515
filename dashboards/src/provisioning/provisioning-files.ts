import { datasourceType, datasourceUid } from "../clickhouse-query.js";

/** Folder of the dashboards in Grafana. */
const dashboardFolder = "Calibrant";

/** Where the dashboards' JSON is mounted for Grafana to read. */
const dashboardPath = "/etc/grafana/provisioning/dashboards/calibrant";

/**
 * The embedded store on the machine that Grafana runs on, whose reading user has no password.
 * Grafana replaces `$CLICKHOUSE_PASSWORD` with its own environment; unset is no password.
 */
export const datasourceFile = {
  apiVersion: 1,
  datasources: [
    {
      name: "Calibrant",
      uid: datasourceUid,
      type: datasourceType,
      access: "proxy",
      jsonData: {
        host: "127.0.0.1",
        port: 8123,
        protocol: "http",
        secure: false,
        username: "default",
        defaultDatabase: "calibrant",
        traces: {
          otelEnabled: true,
          defaultDatabase: "otel",
          defaultTable: "otel_traces",
          durationUnit: "nanoseconds",
        },
        logs: { otelEnabled: true, defaultDatabase: "otel", defaultTable: "otel_logs" },
      },
      secureJsonData: { password: "$CLICKHOUSE_PASSWORD" },
    },
  ],
} as const;

export const dashboardsFile = {
  apiVersion: 1,
  providers: [
    {
      name: "calibrant",
      orgId: 1,
      folder: dashboardFolder,
      folderUid: "calibrant",
      type: "file",
      disableDeletion: false,
      allowUiUpdates: false,
      updateIntervalSeconds: 30,
      options: { path: dashboardPath, foldersFromFilesStructure: false },
    },
  ],
} as const;

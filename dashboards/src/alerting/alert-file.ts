/** Grafana's file format for alert rules and contact points; the SDK knows the API's only. */

export interface AlertQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  /** Seconds before now. */
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: Readonly<Record<string, unknown>>;
}

export interface AlertRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly AlertQuery[];
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly noDataState: "OK" | "NoData" | "Alerting" | "KeepLast";
  readonly execErrState: "OK" | "Error" | "Alerting" | "KeepLast";
  readonly for: string;
  readonly keepFiringFor: string;
  readonly missing_series_evals_to_resolve: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isPaused: boolean;
  readonly notification_settings: {
    readonly receiver: string;
    readonly group_by: readonly string[];
  };
}

export interface AlertRulesFile {
  readonly apiVersion: 1;
  readonly groups: readonly {
    readonly orgId: number;
    readonly name: string;
    readonly folder: string;
    readonly interval: string;
    readonly rules: readonly AlertRule[];
  }[];
}

export interface Receiver {
  readonly uid: string;
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly disableResolveMessage: boolean;
}

export interface ContactPointsFile {
  readonly apiVersion: 1;
  readonly contactPoints: readonly {
    readonly orgId: number;
    readonly name: string;
    readonly receivers: readonly Receiver[];
  }[];
}

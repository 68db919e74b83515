/** The parts of Grafana's classic dashboard JSON that the lint and the preview read. */

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly schemaVersion: number;
  readonly time: { readonly from: string; readonly to: string };
  readonly tags?: readonly string[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list?: readonly VariableJson[] };
  readonly annotations: { readonly list?: readonly AnnotationJson[] };
  readonly links?: readonly LinkJson[];
}

export interface LinkJson {
  readonly title: string;
  readonly type?: string;
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly includeVars?: boolean;
  readonly keepTime?: boolean;
}

export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource?: DatasourceReference;
  readonly targets?: readonly TargetJson[];
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly repeat?: string;
  readonly maxPerRow?: number;
  readonly options?: {
    readonly reduceOptions?: { readonly calcs?: readonly string[] };
    readonly [name: string]: unknown;
  };
  readonly fieldConfig?: {
    readonly defaults: FieldSettings;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
}

export interface DatasourceReference {
  readonly type?: string;
  readonly uid?: string;
}

export interface TargetJson {
  readonly refId: string;
  readonly datasource?: DatasourceReference;
  readonly rawSql: string;
  readonly format?: number;
  readonly queryType?: string;
}

export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly query?: string | { readonly rawSql?: string };
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

export interface AnnotationJson {
  readonly name: string;
  readonly enable?: boolean;
  readonly iconColor?: string;
  readonly target?: TargetJson;
}

export interface ThresholdStep {
  /** Null for the first step, which has no lower end. */
  readonly value: number | null;
  readonly color: string;
}

export interface FieldSettings {
  readonly displayName?: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly noValue?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds?: { readonly steps: readonly ThresholdStep[] };
  readonly mappings?: readonly {
    readonly type: string;
    readonly options?: Readonly<
      Record<string, { readonly text?: string; readonly color?: string } | undefined>
    >;
  }[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

import { TableCellHeight } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { chosenDatasource, clickHouseQuery } from "../clickhouse-query.js";
import { passedChecks, qualityByRelease } from "../signals/quality.js";
import { worstInteractions } from "../signals/traffic.js";
import { byThreshold, properties, qualitySteps, steps } from "./panel-parts.js";

interface Table {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  readonly noValue: string;
}

function table({ title, description, sql, noValue }: Table): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(chosenDatasource)
    .withTarget(clickHouseQuery(sql, "table"))
    .unit("short")
    .noValue(noValue)
    .thresholds(steps("text"))
    .colorScheme(byThreshold())
    .cellHeight(TableCellHeight.Sm)
    .showHeader(true)
    .filterable(false);
}

const percent = { unit: "percentunit", decimals: 1 };
/** Percentage points: the sign says the direction. */
const points = { unit: "percentunit", decimals: 1, noValue: "–" };
const qualityColors = {
  thresholds: qualitySteps().build(),
  "custom.cellOptions": { type: "color-text" },
};

export const releaseTable = (): PanelBuilder =>
  table({
    title: "Quality by feature and release",
    description:
      "Mean over the LLM judges with its 95% interval, oldest release first, and the change from the release before. The verdict is worse or better only where the interval of the change leaves zero out.",
    sql: qualityByRelease,
    noValue: "no judge scores in range",
  })
    .overrideByName(
      "quality",
      properties({ displayName: "Quality", ...percent, ...qualityColors, "custom.width": 75 }),
    )
    .overrideByName("low", properties({ displayName: "From", ...percent, "custom.width": 70 }))
    .overrideByName("high", properties({ displayName: "To", ...percent, "custom.width": 70 }))
    .overrideByName(
      "scores",
      properties({ displayName: "Scores", unit: "short", decimals: 0, "custom.width": 70 }),
    )
    .overrideByName(
      "change_by",
      properties({ displayName: "Change", ...points, "custom.width": 75 }),
    )
    .overrideByName(
      "change_from",
      properties({ displayName: "Change from", ...points, "custom.width": 100 }),
    )
    .overrideByName(
      "change_to",
      properties({ displayName: "Change to", ...points, "custom.width": 90 }),
    )
    .overrideByName(
      "verdict",
      properties({
        displayName: "Verdict",
        mappings: [
          {
            type: "value",
            options: {
              worse: { text: "worse", color: "red", index: 0 },
              better: { text: "better", color: "green", index: 1 },
            },
          },
        ],
        "custom.cellOptions": { type: "color-text" },
      }),
    )
    .overrideByName("service", [{ id: "displayName", value: "Service" }])
    .overrideByName("feature", [{ id: "displayName", value: "Feature" }])
    .overrideByName("release", properties({ displayName: "Release", "custom.width": 75 }));

export const checksTable = (): PanelBuilder =>
  table({
    title: "Checks in code",
    description:
      "Share of answers that pass each check, with its 95% interval: empty or trivial answers, refusals, repetitions of the answer before.",
    sql: passedChecks,
    noValue: "nothing checked in range",
  })
    .overrideByName("evaluator", [{ id: "displayName", value: "Check" }])
    .overrideByName("passed", properties({ displayName: "Passed", ...percent, "custom.width": 80 }))
    .overrideByName("low", properties({ displayName: "From", ...percent, "custom.width": 75 }))
    .overrideByName("high", properties({ displayName: "To", ...percent, "custom.width": 75 }));

export const worstTable = (): PanelBuilder =>
  table({
    title: "Worst recent interactions",
    description:
      "The interactions with the lowest judge scores in the range, the newest first among equals. A click opens the interaction with its conversation, spans and reasons.",
    sql: worstInteractions,
    noValue: "no judge scores in range",
  })
    .overrideByName(
      "time",
      properties({ displayName: "Time", unit: "dateTimeAsIso", "custom.width": 155 }),
    )
    .overrideByName(
      "interaction",
      properties({
        displayName: "Interaction",
        "custom.width": 120,
        links: [
          {
            title: "Open the interaction",
            url: "${web_url}/interactions/${__value.raw}",
            targetBlank: true,
          },
        ],
      }),
    )
    .overrideByName(
      "score",
      properties({
        displayName: "Score",
        ...percent,
        decimals: 0,
        ...qualityColors,
        "custom.width": 70,
      }),
    )
    .overrideByName("service", properties({ displayName: "Service", "custom.width": 110 }))
    .overrideByName("feature", properties({ displayName: "Feature", "custom.width": 110 }))
    .overrideByName("release", properties({ displayName: "Release", "custom.width": 80 }))
    .overrideByName("evaluator", properties({ displayName: "Evaluator", "custom.width": 110 }))
    .overrideByName("question", [{ id: "displayName", value: "Question" }])
    .overrideByName("answer", [{ id: "displayName", value: "Answer" }])
    .overrideByName("explanation", [{ id: "displayName", value: "Reason" }])
    .overrideByName("trace_id", properties({ displayName: "Trace", "custom.width": 110 }));

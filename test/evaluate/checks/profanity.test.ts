import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { checked, configuredCheck } from "../../support/checked.js";

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await configuredCheck("profanity");
});

describe("profanity", () => {
  it.each([
    ["That's bullshit.", '"bullshit"'],
    ["What the f*ck do you want?", '"f*ck"'],
    ["FUUUCK this, sh1t happens", '"fuuuck", "sh1t"'],
    ["You are a bastard and a whore", '"bastard", "whore"'],
  ])("finds it in %j", async (output_text, explanation) => {
    expect(await checked(evaluator, { output_text })).toEqual({
      score: 0,
      label: "profane",
      explanation,
    });
  });

  it.each([
    "Trains to Scunthorpe and Penistone leave at nine.",
    "The assassin passed the assessment of the class in Essex.",
    "Dick Cheney, Van Dyke, Mr Cockburn, Hitchcock and Mrs Cummings",
    "Our flame retardant fabric is assembled in Sussex.",
    "Shitake mushrooms, cumin, grapes and cocktails",
    "Breast cancer and prostate exams: the penis and the vagina are examined too.",
    "Titmice and blue tits like sunflower seeds.",
    "A niggardly budget, a chink in the armour, and a rugby hooker",
    "Die Dickmilch ist im Kühlregal, die Rape ist verblüht.",
    "Analysis of the document title: circumstances, arsenal, bass",
  ])("lets %j pass", async (output_text) => {
    expect(await checked(evaluator, { output_text })).toEqual({
      score: 1,
      label: "clean",
      explanation: "",
    });
  });

  it("does not count what the user said first", async () => {
    const input_text = "How do I get shit off my shoes?";
    expect(
      await checked(evaluator, { input_text, output_text: "Let the shit dry, then brush it off." }),
    ).toMatchObject({ score: 1 });
    expect(
      await checked(evaluator, { input_text, output_text: "Clean your fucking shoes." }),
    ).toMatchObject({ score: 0, explanation: '"fucking"' });
  });

  it("does not count words that are allowed", async () => {
    const allowing = await configuredCheck("profanity", { allow: ["Bullshit"] });
    const output_text = "The game of Bullshit needs three players, you bastard.";
    expect(await checked(allowing, { output_text })).toMatchObject({ explanation: '"bastard"' });
  });
});

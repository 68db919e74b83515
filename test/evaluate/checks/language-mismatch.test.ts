import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { checked, configuredCheck } from "../../support/checked.js";

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await configuredCheck("language-mismatch");
});

const german = "Wo bleibt meine Bestellung 4711? Ich warte seit drei Tagen darauf.";
const english = "Your order left our warehouse on Monday and arrives within two days.";

describe("language-mismatch", () => {
  it.each([
    [german, english],
    [english, "Ihre Bestellung hat am Montag unser Lager verlassen und kommt übermorgen an."],
    ["Je voudrais rendre mes chaussures, elles sont trop petites.", english],
    ["¿Dónde está mi pedido? Lo espero desde el lunes pasado.", english],
    ["注文した商品はいつ届きますか。月曜日から待っています。", english],
    ["Gdzie jest moje zamówienie? Czekam już od trzech dni.", english],
    ["Где мой заказ? Я жду его уже три дня.", english],
    ["我的订单在哪里？我已经等了三天了。", english],
    ["Siparişim nerede? Üç gündür bekliyorum.", english],
    ["Onde está o meu pedido? Estou à espera há três dias.", english],
  ])("finds %j answered with %j", async (input_text, output_text) => {
    expect(await checked(evaluator, { input_text, output_text })).toMatchObject({
      score: 0,
      label: "mismatch",
    });
  });

  it("names both languages", async () => {
    const { explanation } = await checked(evaluator, { input_text: german, output_text: english });
    expect(explanation).toBe("The user wrote German (de), the answer is English (en).");
  });

  it.each([
    ["the same language", german, "Ihre Bestellung kommt morgen an, wir bitten um Geduld."],
    [
      "near languages",
      "Hvor er min ordre? Jeg har ventet på den i tre dager nå.",
      "Din ordre er på vej og ankommer senest på onsdag.",
    ],
    [
      "code in the answer",
      "Wie schreibe ich eine Schleife, die von eins bis zehn zählt?",
      "So geht es, die Schleife zählt von eins bis zehn:\n```js\n// print every number, one after the other, until the limit has been reached\nfor (let i = 1; i <= 10; i++) console.log(i)\n```",
    ],
    [
      "a quote",
      "Was steht denn auf der Seite mit den Bedingungen der Rückgabe?",
      "Dort steht ausdrücklich, und zwar an erster Stelle:\n> Shoes may be returned within fourteen days of purchase if the soles are unmarked.\nDas gilt auch für Sandalen.",
    ],
  ])("lets %s pass", async (_case, input_text, output_text) => {
    expect(await checked(evaluator, { input_text, output_text })).toMatchObject({ score: 1 });
  });

  it.each([
    ["the user names a language", "Please translate to German: where is my order?", english],
    [
      "the user names a language",
      "Schreib mir die Antwort bitte auf Englisch, danke dir!",
      english,
    ],
    ["the user names a language", "请把这句话翻译一下：我的订单在哪里", english],
    ["the language of the question is not clear", "4711?", english],
    ["the language of the answer is not clear", german, "Ok, 4711."],
    ["the answer is no prose", german, '{"status":"the order has left the warehouse"}'],
    ["no output", german, " "],
  ])("says %j", async (skipped, input_text, output_text) => {
    expect(await checked(evaluator, { input_text, output_text })).toEqual({ skipped });
  });

  it("leaves it to the system text to ask for a language", async () => {
    const system_text = "Always answer in English.";
    expect(
      await checked(evaluator, { input_text: german, output_text: english, system_text }),
    ).toEqual({ skipped: "the system text names a language" });
  });

  it("holds answers against the languages that were set", async () => {
    const set = await configuredCheck("language-mismatch", { languages: ["en", "fr"] });
    const output_text = "Ihre Bestellung kommt morgen an, wir bitten um Geduld.";
    expect(await checked(set, { input_text: german, output_text })).toMatchObject({
      score: 0,
      explanation: "The answer is German (de), expected English (en), French (fr).",
    });
    expect(await checked(set, { input_text: german, output_text: english })).toMatchObject({
      score: 1,
    });
  });
});

import { describe, expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";

type Mark = "rephrase" | "correction" | "follow_up" | "none";

/** What was asked and answered before, what is asked now, and what that is. */
const table: readonly (readonly [string, string, string, Mark])[] = [
  // English
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "How can I return the jacket?",
    "rephrase",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "how do i retrun my jacket",
    "rephrase",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "How do I return my boots?",
    "follow_up",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "No, I meant exchange, not return",
    "correction",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "That's not what I asked.",
    "correction",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "No, the jacket was a gift",
    "correction",
  ],
  ["How do I return my jacket?", "Send it back. Anything else?", "No, thanks", "none"],
  ["How do I return my jacket?", "Send it back within 30 days.", "What about shoes?", "follow_up"],
  [
    "How do I return my jacket?",
    "Use the prepaid label in the parcel.",
    "Where is the prepaid label?",
    "follow_up",
  ],
  [
    "How do I return my jacket?",
    "Send it back within 30 days.",
    "Write a poem about spring",
    "none",
  ],
  ["Do you ship to Norway?", "Yes. Is that your country?", "yes", "none"],
  // German
  [
    "Wie gebe ich meine Jacke zurück?",
    "Senden Sie sie ein.",
    "Wie kann ich die Jacke zurückgeben?",
    "follow_up",
  ],
  [
    "Wo bleibt meine Bestellung?",
    "Sie ist unterwegs.",
    "Wo bleibt denn meine Bestellung?",
    "rephrase",
  ],
  [
    "Wo bleibt meine Bestellung?",
    "Sie ist unterwegs.",
    "Das stimmt nicht, sie ist schon da.",
    "correction",
  ],
  ["Wo bleibt meine Bestellung?", "Sie ist unterwegs.", "Nein, danke", "none"],
  // French, Spanish, Portuguese
  ["Où est ma commande ?", "Elle est en route.", "Où est donc ma commande", "rephrase"],
  ["Où est ma commande ?", "Elle est en route.", "Ce n'est pas ce que je voulais", "correction"],
  ["¿Dónde está mi pedido?", "Está en camino.", "Me refería al otro pedido", "correction"],
  ["¿Dónde está mi pedido?", "Está en camino.", "¿Y el reembolso?", "follow_up"],
  ["Onde está meu pedido?", "Está a caminho.", "Não foi isso que perguntei", "correction"],
  // Russian
  ["Где мой заказ?", "Он в пути.", "А где мой заказ", "rephrase"],
  ["Где мой заказ?", "Он в пути.", "Нет, я имел в виду другой", "correction"],
  // Chinese
  ["我的订单在哪里？", "正在运送。", "我的订单现在在哪里", "rephrase"],
  ["我的订单在哪里？", "正在运送。", "不对，我问的是退款", "correction"],
  ["我的订单在哪里？", "正在运送。", "那退款呢？", "follow_up"],
  ["我的订单在哪里？", "正在运送。", "请写一首关于春天的诗", "none"],
  // Japanese
  ["注文はどこですか？", "配送中です。", "注文は今どこですか", "rephrase"],
  ["注文はどこですか？", "配送中です。", "違います、別の注文です", "correction"],
  ["注文はどこですか？", "配送中です。", "じゃあ、返品はできますか", "follow_up"],
  // Korean
  ["제 주문은 어디에 있나요?", "배송 중입니다.", "제 주문 어디에 있나요", "rephrase"],
  ["제 주문은 어디에 있나요?", "배송 중입니다.", "그게 아니라 환불을 물었어요", "correction"],
];

describe("marks of a turn", () => {
  it.each(table)("%s | %s | %s: %s", (input, output, next, expected) => {
    const marks = markTurn(
      { input_text: next, output_text: "" },
      { input_text: input, output_text: output },
    );
    expect(marks).toEqual({
      is_rephrase: expected === "rephrase",
      is_correction: expected === "correction",
      is_follow_up: expected === "follow_up",
    });
  });

  it("gives none to a turn that has none before it, or says nothing", () => {
    const none = { is_rephrase: false, is_correction: false, is_follow_up: false };
    const said = { input_text: "That's wrong.", output_text: "" };
    expect(markTurn(said, undefined)).toEqual(none);
    expect(markTurn({ input_text: " ?! ", output_text: "" }, said)).toEqual(none);
  });

  it("takes texts of any kind and length", () => {
    const long = {
      input_text: "delivery takes long ".repeat(100_000),
      output_text: "\ud800\u0000",
    };
    expect(markTurn(long, long)).toMatchObject({ is_rephrase: true });
    const signs = { input_text: "🙂".repeat(2_000), output_text: "" };
    expect(markTurn(signs, long)).toMatchObject({ is_rephrase: false });
  });
});

/** One page of the shop's knowledge base. */
export interface ShopDocument {
  readonly id: string;
  readonly text: string;
}

export const productPages: readonly ShopDocument[] = [
  {
    id: "boots-fjell",
    text: "The Fjell hiking boots are waterproof leather boots with a stiff sole for mountain tours. They cost 189 euros and come in sizes 36 to 47.",
  },
  {
    id: "shoes-sprint",
    text: "The Sprint trail running shoes weigh 240 grams and dry quickly after a wet trail. They cost 129 euros.",
  },
  {
    id: "tent-aurora",
    text: "The Aurora tent sleeps 2 people and weighs 1.9 kilograms. It is a tent for three seasons and costs 349 euros.",
  },
  {
    id: "bag-nova",
    text: "The Nova sleeping bag is filled with down and keeps warm to minus 8 degrees. The sleeping bag weighs 980 grams and costs 279 euros.",
  },
  {
    id: "pack-tramp",
    text: "The Tramp backpack holds 45 litres and has a rain cover in its base. The backpack costs 159 euros and fits as cabin luggage when it is not full.",
  },
  {
    id: "jacket-storm",
    text: "The Storm rain jacket has taped seams and a water column of 20000 millimetres. The jacket is cut for wearing a fleece beneath and costs 229 euros.",
  },
  {
    id: "stove-piccolo",
    text: "The Piccolo stove boils half a litre of water in 3 minutes. The stove runs on gas cartridges with a thread and costs 59 euros.",
  },
  {
    id: "lamp-lumen",
    text: "The Lumen headlamp shines 400 lumens for 5 hours and charges by USB. The headlamp costs 49 euros.",
  },
];

export const returnPages: readonly ShopDocument[] = [
  {
    id: "return-window",
    text: "Unused goods can be returned within 30 days of delivery. The return is free of charge with the label in the parcel.",
  },
  {
    id: "refund-time",
    text: "A refund is paid within 5 working days after the parcel has reached us. The refund goes to the means of payment of the order.",
  },
  {
    id: "worn-shoes",
    text: "Worn shoes can be returned within 14 days if the soles show no marks. Shoes with marks on the soles are not taken back.",
  },
  {
    id: "exchange",
    text: "An exchange for another size is free once per order. Start the exchange in your account under Orders.",
  },
  {
    id: "damaged",
    text: "If goods arrive damaged, send us a photo within 7 days. We then replace damaged goods or refund the full price.",
  },
  {
    id: "sale-items",
    text: "Sale items can be returned for a store credit within 14 days. Sale items below 10 euros are excluded from returns.",
  },
  {
    id: "warranty",
    text: "The warranty on tents and backpacks runs for 3 years from purchase. The warranty does not cover wear or misuse.",
  },
  {
    id: "gift",
    text: "A gift can be returned without the receipt if the order number is known. The value of the gift is paid as a store credit.",
  },
  {
    id: "abroad",
    text: "Returns from outside the European Union cost 12 euros for the parcel. Customs duties are not refunded.",
  },
  {
    id: "climbing",
    text: "Climbing ropes and harnesses can only be returned unopened for reasons of safety. An opened rope is never taken back.",
  },
];

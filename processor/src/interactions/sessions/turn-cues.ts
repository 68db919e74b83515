/**
 * Phrases by which people object to an answer or go on from it, as normalised text has them (lower
 * case, signs as blanks). They are looked for at the beginning, where people put them.
 */

/** Characters from the beginning in which an objection stands. */
const beginning = 60;

/** Nobody says these but to object. */
const clear = phrases([
  // English
  "that's not what | that is not what | thats not what | not what i asked | not what i meant | not what i wanted | i didn't ask | i did not ask | you misunderstood | you're wrong | you are wrong | that's wrong | that is wrong | thats wrong | this is wrong | that's incorrect | that is incorrect | that's not right | that is not right | that's not correct | i meant | i was asking | you got it wrong | wrong answer",
  // German
  "das stimmt nicht | das ist falsch | das war falsch | das ist nicht richtig | ich meinte | ich meine nicht | das habe ich nicht gefragt | danach habe ich nicht gefragt | du hast mich falsch verstanden | sie haben mich falsch verstanden | falsche antwort",
  // French
  "ce n'est pas ce que | c'est pas ce que | ce n'est pas correct | c'est faux | c'est incorrect | je voulais dire | tu te trompes | vous vous trompez | tu n'as pas compris | vous n'avez pas compris",
  // Spanish
  "eso no es | no es lo que | no es correcto | es incorrecto | está mal | me refería | quise decir | quería decir | te equivocas | se equivoca | no me entendiste",
  // Portuguese
  "não foi isso | não é isso | não é o que | está errado | isso está errado | eu quis dizer | quis dizer | você entendeu errado",
  // Italian
  "non è quello che | non è corretto | è sbagliato | intendevo | ti sbagli | hai capito male",
  // Dutch
  "dat klopt niet | dat is fout | dat is niet wat | ik bedoelde | verkeerd begrepen",
  // Polish, Czech
  "to nie to | to jest źle | chodziło mi | mylisz się | to není správně | myslel jsem",
  // Swedish, Danish, Norwegian
  "det är fel | det var inte det | jag menade | det er forkert | jeg mente | det er feil",
  // Turkish
  "öyle değil | bu yanlış | onu demedim | demek istediğim | yanlış anladın",
  // Russian, Ukrainian
  "это неправильно | это неверно | я имел в виду | я имела в виду | ты не понял | вы не поняли | это не то | я мав на увазі | це неправильно",
  // Arabic, Hindi
  "هذا خطأ | هذا غير صحيح | كنت أقصد | ليس هذا ما | यह गलत है | मेरा मतलब | ये गलत",
  // Indonesian, Vietnamese
  "bukan itu | itu salah | maksud saya | không phải vậy | sai rồi | ý tôi là",
  // Chinese
  "不对 | 不對 | 错了 | 錯了 | 我的意思是 | 我是说 | 我是說 | 我不是问 | 我不是問 | 你理解错 | 你误解 | 不是这个意思 | 不是這個意思 | 答非所问",
  // Japanese
  "違います | ちがいます | 違う、 | 間違って | 間違い | そうじゃなく | そうではなく | そういう意味 | と言いたかった",
  // Korean, Thai
  "그게 아니라 | 그게 아니고 | 틀렸 | 제 말은 | 내 말은 | 잘못 이해 | ไม่ใช่แบบนั้น | ผิดแล้ว | ฉันหมายถึง",
]);

/** Answers to a question of the assistant begin like this as well. */
const perhaps = startingWith([
  "no | nope | wrong | incorrect | actually | not | but i | nein | doch | falsch | nicht | eigentlich | non | faux | pas | en fait | incorrecto | en realidad | não | nao | errado | na verdade | sbagliato | in realtà | nee | fout | eigenlijk | nie | ne | nej | nei | hayır | yanlış | нет | неправильно | неверно | ні | لا | خطأ | नहीं | गलत | bukan | không | 不是 | 不 | いいえ | いや | 違う | ちがう | 아니 | 아니요 | 아뇨 | ไม่ใช่",
]);

const followUp = startingWith([
  "and | what about | how about | what if | then | und | was ist mit | wie ist es mit | et | qu'en est il | y | qué hay de | y si | e | e se | en | hoe zit het met | a co z | och | og | ve | peki | а | и | а если | و | وماذا عن | और | lalu | bagaimana dengan | còn | 那 | 那么 | 那麼 | 还有 | 還有 | では | じゃあ | それで | それなら | 그럼 | 그리고 | 그러면 | แล้ว",
]);

export function objectsClearly(text: string): boolean {
  return clear.test(text.slice(0, beginning));
}

/** An objection if it speaks of the same. */
export function objectsPerhaps(text: string): boolean {
  return (
    perhaps.test(text) &&
    !/^(?:no|nein|non|nee|não|нет)[,，]? (?:thank|danke|merci|gracias|obrigad|grazie|bedankt|спасибо)/u.test(
      text,
    )
  );
}

export function beginsLikeFollowUp(text: string): boolean {
  return followUp.test(text);
}

/** Anywhere, as whole words where words have blanks between them. */
function phrases(lines: readonly string[]): RegExp {
  const all = lines.flatMap((line) => line.split(" | "));
  return new RegExp(all.map((phrase) => bordered(phrase, "(?<![\\p{L}\\p{N}])")).join("|"), "u");
}

function startingWith(lines: readonly string[]): RegExp {
  const all = lines.flatMap((line) => line.split(" | "));
  return new RegExp(`^(?:${all.map((phrase) => bordered(phrase, "")).join("|")})`, "u");
}

/** A border before and behind, but for scripts that write words together. */
function bordered(phrase: string, before: string): string {
  if (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(
      phrase,
    )
  ) {
    return phrase;
  }
  return `${before}${phrase}(?![\\p{L}\\p{N}])`;
}

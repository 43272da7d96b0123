//! The vocabulary of the test sites: our own word lists, and sentences and names made from them.
//!
//! In: a stream of numbers. Out: text. No meaning is intended; the mix of short and long words is
//! near that of technical prose, which is what a Markdown parser and a template engine notice.

use crate::random::Random;
use std::sync::LazyLock;

/// A word list, split when first used.
type Words = LazyLock<Vec<&'static str>>;

/// Words that sentences are made of.
static WORDS: Words = LazyLock::new(|| {
    split(
        "\
    a after again all along already always and another answer any archive arrives as at balance \
    because before behind below between branch bridge bright browser buffer build but by \
    calendar careful carries change channel checks clear client clock closes column compares \
    complete condition connection contains copies corner counter cover crosses current daily \
    deadline decides depends describes different distance document does draws each early edge \
    either empty engine enough entry every example except expected expires field finds first \
    folder follows for forward fresh from garden gentle gives grows handle harbour has hidden \
    holds honest however if in inside instead into is it its journey keeps kernel known lantern \
    last later lattice ledger length less letter level limit line little local longer makes \
    margin matches meadow means measure message middle mirror moment more moves narrow near \
    needs network never next no not number of often on once one only opens or orchard order \
    other outside over own package paper parcel passes patient path period pilot place plain \
    point policy previous proof quarter question queue quick quiet rarely reaches reads ready \
    record remains repeats replaces request reserve response returns ribbon river rotation same \
    sample says second sends separate server session several shape shared short shows signal \
    simple since single slow small so sometimes source space stable starts station stays still \
    storage stores strict such sudden takes tells terminal than that the their then there they \
    this thread through timber time to together token towards traffic travels under until unused \
    update upper usual value valley version visible waits warning watches weather when where \
    which while whole wide window with without works writes yearly yet",
    )
});

/// Nouns for titles, folders, headings and identifiers.
pub static NOUNS: Words = LazyLock::new(|| {
    split(
        "\
    anchor archive balance beacon branch bridge buffer calendar canvas channel circuit column \
    compass counter courier current deadline engine envelope feather fountain gallery garden \
    granite harbour horizon island journal kernel ladder lantern lattice ledger margin meadow \
    mirror needle network orchard parcel pepper pilot policy quarry queue ribbon river sample \
    signal station storage summit thread timber token tunnel valley vessel window yard",
    )
});

/// Adjectives for titles and headings.
pub static ADJECTIVES: Words = LazyLock::new(|| {
    split(
        "\
    amber brief bright calm careful clear crisp distant eager early even faint fresh gentle \
    hidden honest inner keen late light local lucid narrow nimble outer patient plain prime \
    quick quiet ready robust round sharp shared silent simple smooth stable steady strict swift \
    upper warm wide",
    )
});

/// Verbs for headings and function names.
pub static VERBS: Words = LazyLock::new(|| {
    split(
        "\
    adjust arrange attach balance carry check choose close collect combine compare count deliver \
    describe divide extend fetch filter follow gather hold join keep measure merge move open \
    order place prepare read record refresh release replace reserve resolve rotate send settle \
    sort split store trace verify watch weigh write",
    )
});

fn split(list: &'static str) -> Vec<&'static str> {
    list.split_ascii_whitespace().collect()
}

/// The word with a capital first letter.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Some words in lower case with nothing between them but spaces.
pub fn phrase(random: &mut Random, words: usize) -> String {
    (0..words)
        .map(|_| random.pick(&WORDS))
        .collect::<Vec<_>>()
        .join(" ")
}

/// One sentence of 8 to 16 words, now and then with a comma, emphasis or inline code.
pub fn sentence(random: &mut Random) -> String {
    let words = random.between(8, 16);
    let (comma, marked) = (random.between(3, words), random.below(words * 3));
    let mut text = capital(random.pick(&WORDS));
    for position in 1..words {
        text.push_str(if position == comma { ", " } else { " " });
        if position == marked {
            text.push_str(&inline(random));
        } else {
            text.push_str(random.pick(&WORDS));
        }
    }
    text.push('.');
    text
}

/// A few words in bold, italics or code.
fn inline(random: &mut Random) -> String {
    match random.below(4) {
        0 => format!("**{}**", phrase(random, 2)),
        1 => format!("*{}*", random.pick(&NOUNS)),
        _ => format!("`{}_{}`", random.pick(&VERBS), random.pick(&NOUNS)),
    }
}

/// Some sentences in one paragraph, without a line break.
pub fn paragraph(random: &mut Random, sentences: usize) -> String {
    (0..sentences)
        .map(|_| sentence(random))
        .collect::<Vec<_>>()
        .join(" ")
}

//! The words of spoken codes: 256 things everybody knows, so that a word carries eight bits. Each
//! has 4 to 8 letters and differs from every other in at least three, so that a misheard or
//! mistyped one is not taken for another.

pub(crate) const WORDS: [&str; 256] = [
    "acorn", "album", "almond", "amber", "anchor", "ankle", "apron", "arcade", "atlas", "autumn",
    "avocado", "badge", "baker", "ballet", "bamboo", "banana", "banjo", "barrel", "basil", "beach",
    "beetle", "bicycle", "biscuit", "blanket", "blossom", "bonfire", "bramble", "brass", "bread",
    "breeze", "brick", "broom", "bubble", "bucket", "buffalo", "butter", "cabbage", "cabin",
    "cactus", "camel", "canary", "canoe", "canvas", "captain", "carpet", "castle", "cedar",
    "cello", "chalk", "cherry", "chess", "chimney", "circus", "clover", "cobalt", "coconut",
    "coffee", "compass", "cookie", "copper", "cotton", "cousin", "cradle", "crater", "crayon",
    "cricket", "crystal", "cuckoo", "cushion", "cypress", "daisy", "dancer", "denim", "desert",
    "diamond", "dolphin", "domino", "donkey", "drummer", "eagle", "earth", "echo", "elbow",
    "emerald", "engine", "evening", "fabric", "falcon", "farmer", "feather", "fennel", "fiddle",
    "finger", "flute", "forest", "fossil", "galaxy", "garden", "garlic", "gazelle", "geyser",
    "giraffe", "glacier", "goldfish", "gondola", "goose", "granite", "grape", "guitar", "hammock",
    "harbor", "harvest", "hedgehog", "helmet", "herring", "horizon", "iceberg", "igloo", "indigo",
    "island", "ivory", "jaguar", "jasmine", "jigsaw", "jungle", "juniper", "kayak", "keyboard",
    "kitchen", "koala", "ladder", "ladybird", "lagoon", "lantern", "lavender", "lemon", "leopard",
    "lettuce", "library", "lilac", "linen", "lizard", "lobster", "lotus", "lunch", "magnet",
    "magnolia", "mandolin", "marble", "marigold", "meadow", "mirror", "mitten", "morning",
    "mosaic", "muffin", "museum", "mushroom", "mustard", "napkin", "nectar", "nickel", "noodle",
    "notebook", "nutmeg", "oatmeal", "ocean", "octopus", "olive", "onion", "orange", "orbit",
    "orchid", "palace", "panda", "papaya", "parsley", "peacock", "peanut", "pelican", "pencil",
    "penguin", "piano", "picnic", "pigeon", "pillow", "pirate", "polar", "pony", "potato",
    "prairie", "pretzel", "pumpkin", "puppet", "purple", "quartz", "quilt", "rabbit", "raccoon",
    "radish", "rainbow", "raven", "reindeer", "ribbon", "rosemary", "ruby", "saffron", "sailboat",
    "sailor", "sapphire", "saturn", "scarf", "school", "scooter", "seagull", "seashell", "shell",
    "shovel", "silver", "skylark", "snow", "snowball", "soccer", "spinach", "sponge", "spring",
    "squirrel", "stable", "starfish", "station", "sunset", "sunshine", "swallow", "sweater",
    "teapot", "temple", "tennis", "thistle", "thunder", "toast", "tortoise", "treasure", "trumpet",
    "tulip", "umbrella", "unicorn", "vanilla", "village", "violin", "volcano", "waffle", "walnut",
    "wardrobe", "window", "yogurt", "zebra",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Levenshtein's distance.
    fn distance(a: &str, b: &str) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.bytes().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, y) in b.bytes().enumerate() {
                let best = (diagonal + usize::from(x != y))
                    .min(row[j] + 1)
                    .min(row[j + 1] + 1);
                diagonal = std::mem::replace(&mut row[j + 1], best);
            }
        }
        row[b.len()]
    }

    #[test]
    fn words_are_easy_to_tell_apart() {
        assert_eq!(distance("kitten", "sitting"), 3);
        for (at, word) in WORDS.iter().enumerate() {
            assert!(
                (4..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()),
                "{word}"
            );
            for other in &WORDS[at + 1..] {
                assert!(word < other, "{word} and {other} are out of order");
                assert!(
                    distance(word, other) >= 3,
                    "{word} and {other} are too alike"
                );
            }
        }
    }
}

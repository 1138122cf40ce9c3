//! Below which names do other people's hosts lie?
//!
//! The answer comes from the Public Suffix List (<https://publicsuffix.org>), both of its parts: suffixes of registries
//! (`co.uk`) and of companies that hand out names (`github.io`). It is asked when a configuration is read, never for a
//! request. `public_suffixes.bin` holds the list's rules of two labels and more; one label alone is a suffix by the
//! list's own default rule. `cargo xtask public-suffixes` writes the file.
//!
//! The file is a tree of characters, in the order in which a reader meets them. A rule stands there with its labels from
//! the last to the first (`*.kawasaki.jp` as `jp.kawasaki.*`). A list of siblings is, for each of them in ascending
//! order, a byte `6 × symbol + kind` and the list of its children:
//!
//! | kind | a rule ends here | children | more siblings |
//! |---|---|---|---|
//! | 0, 1 | yes | no | no, yes |
//! | 2, 3 | no | yes | no, yes |
//! | 4, 5 | yes | yes | no, yes |
//!
//! 240 and two bytes (little-endian) before a sibling say how many bytes it and what is below it take, so that a reader
//! can skip it. 241 and two bytes in place of a list say where the same list stands already.

/// Written by `cargo xtask public-suffixes`. Its data is under the Mozilla Public License 2.0 (docs/dependencies.md).
const TREE: &[u8] = include_bytes!("public_suffixes.bin");
/// What rules are written with; the place of a character is its symbol.
const SYMBOLS: &[u8; 40] = b"!*-.0123456789abcdefghijklmnopqrstuvwxyz";
const KINDS: u8 = 6;
const SKIP: u8 = 240;
const SHARED: u8 = 241;

/// Whose hosts lie below a name?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// Anybody's: the name is a public suffix, or every name below it is one.
    Anybodys,
    /// The owner's, and some of others: a public suffix lies below.
    OthersToo,
    /// The owner's.
    TheOwners,
}

/// Whose hosts lie below `name`? A normalised name of two labels or more.
pub(super) fn below(name: &str) -> Below {
    let mut labels = name.rsplit('.').peekable();
    let mut list = Some(0);
    while let Some(label) = labels.next() {
        let node = list.and_then(|list| descend(list, label.bytes()));
        if labels.peek().is_none() {
            return list.map_or(Below::TheOwners, |list| judge(list, label, node));
        }
        list = node.and_then(Node::labels_below);
    }
    Below::TheOwners
}

/// `list` holds the first label of the name among its siblings, `node` is that label where it is there.
fn judge(list: usize, label: &str, node: Option<Node>) -> Below {
    let is_rule = |list, text: &str| descend(list, text.bytes()).is_some_and(|node| node.is_rule);
    let by_wildcard = is_rule(list, "*") && !is_rule(list, &format!("!{label}"));
    let beneath = node.and_then(Node::labels_below);
    if by_wildcard
        || node.is_some_and(|node| node.is_rule)
        || beneath.is_some_and(|list| is_rule(list, "*"))
    {
        Below::Anybodys
    } else if beneath.is_some() {
        Below::OthersToo
    } else {
        Below::TheOwners
    }
}

#[derive(Clone, Copy)]
struct Node {
    is_rule: bool,
    children: Option<usize>,
}

impl Node {
    /// The list of the next labels' first characters.
    fn labels_below(self) -> Option<usize> {
        child(self.children?, b'.')?.children
    }
}

/// Follows a text, which is not empty, from a list of siblings.
fn descend(list: usize, text: impl Iterator<Item = u8>) -> Option<Node> {
    let mut node = Node {
        is_rule: false,
        children: Some(list),
    };
    for character in text {
        node = child(node.children?, character)?;
    }
    Some(node)
}

fn child(list: usize, character: u8) -> Option<Node> {
    let wanted = symbol(character)?;
    let mut at = match byte(list)? {
        SHARED => number(list + 1)?,
        _ => list,
    };
    loop {
        let (start, end) = match byte(at)? {
            SKIP => (at + 3, Some(at + 3 + number(at + 1)?)),
            _ => (at, None),
        };
        let code = byte(start)?;
        let (found, kind) = (code / KINDS, code % KINDS);
        if found == wanted {
            return Some(Node {
                is_rule: !matches!(kind, 2 | 3),
                children: (kind > 1).then_some(start + 1),
            });
        }
        if found > wanted || kind % 2 == 0 {
            return None;
        }
        at = match end {
            Some(end) => end,
            None => end_of(start)?,
        };
    }
}

/// Where what follows a sibling begins.
fn end_of(at: usize) -> Option<usize> {
    let code = byte(at)?;
    if code == SKIP {
        return Some(at + 3 + number(at + 1)?);
    }
    let mut next = at + 1;
    if code % KINDS > 1 {
        if byte(next)? == SHARED {
            return Some(next + 3);
        }
        loop {
            let more = code_of(next)? % KINDS % 2 == 1;
            next = end_of(next)?;
            if !more {
                break;
            }
        }
    }
    Some(next)
}

/// The code of a sibling, behind its length where that is told.
fn code_of(at: usize) -> Option<u8> {
    match byte(at)? {
        SKIP => byte(at + 3),
        code => Some(code),
    }
}

fn symbol(character: u8) -> Option<u8> {
    let place = SYMBOLS.iter().position(|&known| known == character)?;
    u8::try_from(place).ok()
}

fn byte(at: usize) -> Option<u8> {
    TREE.get(at).copied()
}

fn number(at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes([byte(at)?, byte(at + 1)?])))
}

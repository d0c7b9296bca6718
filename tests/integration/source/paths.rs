//! The imports and the paths of a source file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// The names that a module defines, imports and mentions.
#[derive(Default)]
pub(crate) struct Names {
    /// Items and inline modules.
    pub(crate) definitions: BTreeSet<String>,
    /// Macros that are reached through the root of the crate.
    pub(crate) exported_macros: Vec<String>,
    /// Child modules that only tests compile.
    pub(crate) test_modules: Vec<String>,
    pub(crate) imports: Vec<Import>,
    /// Paths in the code, as they are written. Includes single names, which may be variables.
    pub(crate) mentions: Vec<Vec<String>>,
}

/// One name of a `use` item.
pub(crate) struct Import {
    /// The name that the module can use; `*` for all names of the imported module.
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    /// Whether the visibility makes the import a re-export.
    pub(crate) reexport: bool,
}

/// The names of a source file without its tests.
pub(crate) fn names(text: &str) -> Names {
    let mut names = Names::default();
    let file = syn::parse_file(text).unwrap();
    file.items.iter().for_each(|item| names.add(item));
    names
}

impl Names {
    /// Adds the names of another file of the same module: the root has two if a package is a
    /// library and a program.
    pub(crate) fn merge(&mut self, other: Self) {
        self.definitions.extend(other.definitions);
        self.exported_macros.extend(other.exported_macros);
        self.test_modules.extend(other.test_modules);
        self.imports.extend(other.imports);
        self.mentions.extend(other.mentions);
    }

    fn add(&mut self, item: &Item) {
        let (attributes, name) = match item {
            Item::Use(item) => {
                if !is_test(&item.attrs) {
                    self.import(item);
                }
                return;
            }
            Item::Mod(item) => {
                let name = item.ident.to_string();
                if is_test(&item.attrs) {
                    self.test_modules.push(name);
                    return;
                }
                let Some((_, items)) = &item.content else { return };
                self.definitions.insert(name);
                // Paths of an inline module that start with `super` are paths of the file.
                let inner = items.iter().fold(Self::default(), |mut inner, item| {
                    inner.add(item);
                    inner
                });
                self.add_inner(inner);
                return;
            }
            Item::Macro(item) => {
                let name = item.ident.as_ref().map(ToString::to_string);
                if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                    self.exported_macros.extend(name.clone());
                }
                (&item.attrs, name)
            }
            Item::Fn(item) => (&item.attrs, Some(item.sig.ident.to_string())),
            Item::Struct(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Enum(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Trait(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Type(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Const(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Static(item) => (&item.attrs, Some(item.ident.to_string())),
            Item::Impl(item) => (&item.attrs, None),
            _ => return,
        };
        if !is_test(attributes) {
            self.definitions.extend(name);
            self.mention(item.to_token_stream());
        }
    }

    fn add_inner(&mut self, inner: Self) {
        let outward = |path: Vec<String>| match path.first().map(String::as_str) {
            Some("super") if path.get(1).is_some_and(|next| next == "super") => path[1..].to_vec(),
            Some("super") => [&["self".to_owned()], &path[1..]].concat(),
            _ => path,
        };
        self.mentions.extend(inner.mentions.into_iter().map(outward));
        self.imports
            .extend(inner.imports.into_iter().map(|import| Import { path: outward(import.path), ..import }));
    }

    fn import(&mut self, item: &ItemUse) {
        let reexport = !matches!(item.vis, Visibility::Inherited);
        let mut push = |name, path| self.imports.push(Import { name, path, reexport });
        flatten(&item.tree, &mut Vec::new(), &mut push);
    }

    /// Collects the paths in tokens, also those in the arguments and the rules of macros.
    fn mention(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.mention(group.stream()),
                TokenTree::Ident(ident) if ident == "use" => at = self.inner_import(&tokens, at),
                TokenTree::Ident(ident) if ident == "pub" => {
                    at += usize::from(is_parenthesis(tokens.get(at + 1)));
                }
                TokenTree::Ident(_) => at = self.path(&tokens, at),
                _ => {}
            }
            at += 1;
        }
    }

    /// A `use` item inside of a function, or `use<'a>` in a type. Returns the index of its last token.
    fn inner_import(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let Some(length) = tokens[at..].iter().position(|token| is_punctuation(Some(token), ';')) else {
            return at;
        };
        let item = tokens[at..=at + length].iter().cloned().collect();
        let Ok(item) = syn::parse2::<ItemUse>(item) else { return at };
        self.import(&item);
        at + length
    }

    /// The path that starts at an identifier. Returns the index of its last token.
    fn path(&mut self, tokens: &[TokenTree], first: usize) -> usize {
        let before = first.checked_sub(1).map(|at| &tokens[at]);
        let mut path = vec![tokens[first].to_string()];
        let mut at = first;
        while is_punctuation(tokens.get(at + 1), ':')
            && is_punctuation(tokens.get(at + 2), ':')
            && let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
        {
            path.push(next.to_string());
            at += 3;
        }
        let after = tokens.get(at + 1);
        let is_called = is_parenthesis(after) || is_punctuation(after, '!') || is_punctuation(after, '<');
        let is_type = path[0].starts_with(char::is_uppercase);
        let is_declared = matches!(before, Some(TokenTree::Ident(word)) if *word == "fn");
        let is_member =
            is_punctuation(before, '.') && !is_punctuation(tokens.get(first.wrapping_sub(2)), '.');
        if !is_declared && !is_member && (path.len() > 1 || is_type || is_called) {
            self.mentions.push(path);
        }
        at
    }
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, push: &mut impl FnMut(String, Vec<String>)) {
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            flatten(&inner.tree, path, push);
            path.pop();
        }
        UseTree::Name(name) if name.ident == "self" => push(path[path.len() - 1].clone(), path.clone()),
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            push(name.clone(), [&path[..], &[name]].concat());
        }
        UseTree::Rename(rename) if rename.ident == "self" => push(rename.rename.to_string(), path.clone()),
        UseTree::Rename(rename) => {
            push(rename.rename.to_string(), [&path[..], &[rename.ident.to_string()]].concat());
        }
        UseTree::Glob(_) => push("*".to_owned(), path.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path, push)),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test")
    };
    attributes.iter().any(is_test)
}

fn is_punctuation(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn is_parenthesis(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

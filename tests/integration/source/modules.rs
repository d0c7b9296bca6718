//! The modules of a crate and their uses of each other.
//!
//! Each file is a module of its own, a parent as much as its children; an inline module belongs to
//! its file. A module uses another one if it imports or mentions an item of it. An item that a
//! module re-exports counts as an item of the module that defines it, and re-exports of child
//! modules do not count as uses.

use super::cycles::Graph;
use super::packages::rust_files;
use super::paths::{Names, names};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module from the root of its crate; the root itself is empty.
type ModulePath = Vec<String>;

/// The modules of a crate, by their paths.
pub(crate) struct Crate {
    modules: BTreeMap<ModulePath, Names>,
    exported_macros: BTreeMap<String, ModulePath>,
}

/// What a path leads to.
enum Target {
    /// A module itself.
    Module(ModulePath),
    /// An item that this module defines.
    Item(ModulePath),
    /// A name of another crate, or a local name.
    Elsewhere,
}

/// Imports of imports are followed up to this depth.
const MAX_DEPTH: usize = 16;

impl Crate {
    /// Parses all files of a source folder that are not only for tests.
    pub(crate) fn read(folder: &Path) -> Self {
        let files = rust_files(folder).into_iter().map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            (module_path(file.strip_prefix(folder).unwrap()), text)
        });
        Self::parse(files)
    }

    fn parse(files: impl Iterator<Item = (ModulePath, String)>) -> Self {
        let mut modules: BTreeMap<ModulePath, Names> = BTreeMap::new();
        for (path, text) in files {
            modules.entry(path).or_default().merge(names(&text));
        }
        let child = |path: &ModulePath, name: &String| [&path[..], std::slice::from_ref(name)].concat();
        let tests: Vec<ModulePath> = modules
            .iter()
            .flat_map(|(path, names)| names.test_modules.iter().map(move |name| child(path, name)))
            .collect();
        modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        let exported = modules.iter().flat_map(|(path, names)| {
            names.exported_macros.iter().map(move |name| (name.clone(), path.clone()))
        });
        let exported_macros = exported.collect();
        Self { modules, exported_macros }
    }

    /// For each module, the modules that it uses.
    pub(crate) fn uses(&self) -> Graph {
        let targets = |(path, names): (&ModulePath, &Names)| {
            let targets = self.targets(path, names).into_iter().filter(|target| target != path);
            (shown(path), targets.map(|target| shown(&target)).collect())
        };
        self.modules.iter().map(targets).collect()
    }

    /// The names of other crates of the workspace that the code mentions, such as `wengert_ad`.
    pub(crate) fn crates(&self) -> BTreeSet<String> {
        let paths = self
            .modules
            .values()
            .flat_map(|names| names.imports.iter().map(|import| &import.path).chain(&names.mentions));
        paths.map(|path| path[0].clone()).filter(|name| name.starts_with("wengert")).collect()
    }

    fn targets(&self, module: &ModulePath, names: &Names) -> Vec<ModulePath> {
        let mut targets = Vec::new();
        for import in &names.imports {
            match self.resolve(module, &import.path, 0) {
                // Re-exports of what is below a module are not uses.
                Target::Module(target) | Target::Item(target)
                    if import.reexport && target.starts_with(module) => {}
                Target::Item(target) => targets.push(target),
                Target::Module(target) if import.name == "*" => targets.push(target),
                // The name of a module counts where it is used.
                Target::Module(_) | Target::Elsewhere => {}
            }
        }
        for mention in &names.mentions {
            if let Target::Item(target) = self.resolve(module, mention, 0) {
                targets.push(target);
            }
        }
        targets
    }

    /// What a path in the code of a module leads to.
    fn resolve(&self, module: &ModulePath, path: &[String], depth: usize) -> Target {
        let mut from = module.clone();
        let mut rest = path;
        let mut rooted = false;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => from.clear(),
                "self" => {}
                "super" => drop(from.pop()),
                _ => break,
            }
            (rest, rooted) = (others, true);
        }
        match self.walk(module, &from, rest, depth) {
            // An item that a macro defines.
            Target::Elsewhere if rooted && !rest.is_empty() => Target::Item(from),
            target => target,
        }
    }

    fn walk(&self, asker: &ModulePath, from: &ModulePath, path: &[String], depth: usize) -> Target {
        let Some((name, rest)) = path.split_first() else { return Target::Module(from.clone()) };
        let child = [&from[..], std::slice::from_ref(name)].concat();
        if self.modules.contains_key(&child) {
            return match self.walk(asker, &child, rest, depth) {
                Target::Elsewhere => Target::Item(child),
                target => target,
            };
        }
        let Some(names) = self.modules.get(from).filter(|_| depth < MAX_DEPTH) else {
            return Target::Elsewhere;
        };
        if names.definitions.contains(name) {
            return Target::Item(from.clone());
        }
        if let Some(home) = self.exported_macros.get(name).filter(|_| from.is_empty()) {
            return Target::Item(home.clone());
        }
        for import in names.imports.iter().filter(|import| import.name == *name) {
            let path = [&import.path[..], rest].concat();
            let target = self.resolve(from, &path, depth + 1);
            if !matches!(target, Target::Elsewhere) {
                return target;
            }
        }
        let globs = names.imports.iter().filter(|import| import.name == "*");
        for import in globs {
            if let Target::Module(target) = self.resolve(from, &import.path, depth + 1)
                && target != *from
                && let found @ (Target::Item(_) | Target::Module(_)) =
                    self.walk(asker, &target, path, depth + 1)
            {
                return found;
            }
        }
        // A module does not see its own child's items without an import.
        if from == asker { Target::Elsewhere } else { self.reexported_by_macro(from, name) }
    }

    /// An item of a child that the parent re-exports in a macro, as the lists of layers and losses do.
    fn reexported_by_macro(&self, parent: &ModulePath, name: &str) -> Target {
        if !name.starts_with(char::is_uppercase) {
            return Target::Elsewhere;
        }
        let is_child = |path: &ModulePath| path.len() == parent.len() + 1 && path.starts_with(parent);
        let home =
            self.modules.iter().find(|(path, names)| is_child(path) && names.definitions.contains(name));
        home.map_or(Target::Elsewhere, |(path, _)| Target::Item(path.clone()))
    }
}

/// The module of a file, such as `tape::array` for `tape/array/mod.rs`.
fn module_path(file: &Path) -> ModulePath {
    let mut path: ModulePath =
        file.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    let is_root = path.len() == 1 && (path[0] == "lib" || path[0] == "main");
    if is_root || path.last().is_some_and(|name| name == "mod") {
        path.pop();
    }
    path
}

fn shown(path: &ModulePath) -> String {
    [&["crate".to_owned()], &path[..]].concat().join("::")
}

#[cfg(test)]
mod tests {
    use super::{Crate, module_path};
    use std::path::Path;

    /// The uses of `module`, in a crate of these files.
    fn uses(module: &str, files: &[(&str, &str)]) -> Vec<String> {
        let parsed = files.iter().map(|(file, text)| (module_path(Path::new(file)), (*text).to_owned()));
        Crate::parse(parsed).uses()[module].iter().cloned().collect()
    }

    const FILES: [(&str, &str); 6] = [
        (
            "lib.rs",
            "mod a; mod b; pub use a::A; pub const TOP: u8 = 1; #[macro_export] macro_rules! m { () => {} }",
        ),
        (
            "a/mod.rs",
            "mod child; mod other; pub use child::A; pub(crate) fn own() {} mod inner { pub struct Inner; }",
        ),
        ("a/child.rs", "pub struct A; #[cfg(test)] mod tests;"),
        ("a/child/tests.rs", "use crate::b::B;"),
        ("a/other.rs", "pub struct Other;"),
        ("b.rs", "pub struct B; list! { child => A }"),
    ];

    #[track_caller]
    fn assert_uses(module: &str, text: &str, expected: &[&str]) {
        let file = format!("{}.rs", module.replace("::", "/").replacen("crate/", "", 1));
        let files: Vec<(&str, &str)> = FILES.into_iter().chain([(&*file, text)]).collect();
        assert_eq!(uses(module, &files), expected, "{text}");
    }

    #[test]
    fn an_item_counts_for_the_module_that_defines_it() {
        for (text, expected) in [
            ("use crate::A;", "crate::a::child"),
            ("use crate::TOP;", "crate"),
            ("use super::A;", "crate::a::child"),
            ("use super::own;", "crate::a"),
            ("use super::inner::Inner;", "crate::a"),
            ("use super::super::b::B;", "crate::b"),
            ("use super::{other::{self, Other as O}};", "crate::a::other"),
            ("use super::other; fn f() { other::f() }", "crate::a::other"),
            ("use super::*;", "crate::a"),
            ("fn f() -> super::other::Other { todo!() }", "crate::a::other"),
            ("fn f() { assert!(crate::b::f() == 1) }", "crate::b"),
            ("fn f() { use crate::b::B; }", "crate::b"),
            ("macro_rules! x { () => { $crate::b::f() } }", "crate::b"),
            ("crate::m!();", "crate"),
        ] {
            assert_uses("crate::a::user", text, &[expected]);
        }
    }

    #[test]
    fn names_without_a_definition_in_the_crate_are_not_uses() {
        for text in [
            "use std::fmt::Debug; use wengert_ad::b::B;",
            "use super::other;",
            "pub(super) fn f() {} pub(in crate::a) fn g() {}",
            "#[cfg(test)] mod tests { use crate::b::B; }",
            "/// [`crate::b::B`]\nfn f() { let b = 1; let x = y.own(); }",
        ] {
            assert_uses("crate::a::user", text, &[]);
        }
    }

    #[test]
    fn reexports_of_children_are_uses_only_if_the_code_uses_them() {
        assert_eq!(uses("crate::a", &FILES), [""; 0]);
        for (text, expected) in [
            ("mod child; pub use child::A; fn f() -> A { A }", "crate::a::child"),
            ("mod child; pub use child::{A, run}; fn f() { run() }", "crate::a::child"),
            ("mod child; use child::A;", "crate::a::child"),
            ("mod child; fn f() { child::f() }", "crate::a::child"),
            ("pub(crate) use crate::b::B;", "crate::b"),
        ] {
            let files = [&FILES[..1], &[("a/mod.rs", text)], &FILES[2..]].concat();
            assert_eq!(uses("crate::a", &files), [expected], "{text}");
        }
    }

    #[test]
    fn an_item_that_a_macro_reexports_counts_for_the_child_that_defines_it() {
        let parent = ("list/mod.rs", "layers! { dense => Dense }");
        let files = [parent, ("list/dense.rs", "pub struct Dense;"), ("user.rs", "use crate::list::Dense;")];
        assert_eq!(uses("crate::user", &files), ["crate::list::dense"]);
    }
}

//! What the WIT package says in words: it is all that an author of an element sees of `slate`.

mod command_line;
mod documented;
mod examples;

use std::collections::BTreeSet;

use wit_parser::{Function, Interface, PackageId, Resolve, Type, TypeDefKind, TypeId};

use crate::slate::tests;

/// How the paragraph begins that says how a function fails.
const ERRORS: &str = "Errors";

fn api() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(tests().join("../wit")).expect("the WIT package");
    (resolve, package)
}

fn interfaces(resolve: &Resolve, package: PackageId) -> impl Iterator<Item = &Interface> {
    resolve.packages[package].interfaces.values().map(|id| &resolve.interfaces[*id])
}

/// The type itself where a name of it is used in another interface.
fn meant(resolve: &Resolve, id: TypeId) -> TypeId {
    match resolve.types[id].kind {
        TypeDefKind::Type(Type::Id(other)) => meant(resolve, other),
        _ => id,
    }
}

/// What a function fails with; absent for one that cannot fail.
fn error_of(resolve: &Resolve, function: &Function) -> Option<TypeId> {
    let Some(Type::Id(id)) = function.result else { return None };
    let TypeDefKind::Result(result) = &resolve.types[id].kind else { return None };
    let Some(Type::Id(error)) = result.err else { panic!("{} fails without saying why", function.name) };
    Some(meant(resolve, error))
}

/// The cases of a variant; none of a record, which has words of its own.
fn cases(resolve: &Resolve, id: TypeId) -> BTreeSet<&str> {
    match &resolve.types[id].kind {
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| case.name.as_str()).collect(),
        _ => BTreeSet::new(),
    }
}

/// The paragraphs on errors, with lists that belong to them.
fn on_errors(function: &Function) -> Option<&str> {
    let words = function.docs.contents.as_deref().unwrap_or_default();
    words.find(&format!("\n\n{ERRORS}")).map(|at| words[at..].trim())
}

/// Names that stand in backquotes.
fn quoted(words: &str) -> BTreeSet<&str> {
    words.split('`').skip(1).step_by(2).collect()
}

fn functions(resolve: &Resolve, package: PackageId) -> impl Iterator<Item = (&Interface, &Function)> {
    interfaces(resolve, package)
        .flat_map(|interface| interface.functions.values().map(move |function| (interface, function)))
}

#[test]
fn every_function_says_how_it_fails() {
    let (resolve, package) = api();
    let mut failing = 0;
    for (interface, function) in functions(&resolve, package) {
        let name = format!("{}.{}", interface.name.as_deref().unwrap_or_default(), function.name);
        let Some(error) = error_of(&resolve, function) else {
            assert_eq!(on_errors(function), None, "{name} cannot fail");
            continue;
        };
        let words = on_errors(function);
        let words =
            words.unwrap_or_else(|| panic!("{name} does not say how it fails: '{ERRORS}: `case` if ...'"));
        let cases = cases(&resolve, error);
        let names_one = quoted(words).iter().any(|quoted| cases.contains(quoted));
        let refers = words.starts_with("Errors: those of ");
        let has_words = cases.is_empty() && words.starts_with("Errors: a failure");
        assert!(names_one || refers || has_words, "{name} names no case of its errors: {words}");
        failing += 1;
    }
    assert!(failing > 50, "only {failing} functions that can fail were found");
}

#[test]
fn every_case_of_an_error_is_named_by_a_function_that_returns_it() {
    let (resolve, package) = api();
    for interface in interfaces(&resolve, package) {
        let name = interface.name.as_deref().unwrap_or_default();
        let failing = interface.functions.values().filter(|function| error_of(&resolve, function).is_some());
        let said = failing.filter_map(on_errors).chain(interface.docs.contents.as_deref());
        let said: BTreeSet<&str> = said.flat_map(quoted).collect();
        let errors = interface.functions.values().filter_map(|function| error_of(&resolve, function));
        for error in errors.collect::<BTreeSet<_>>() {
            let missing: Vec<_> = cases(&resolve, error).difference(&said).copied().collect();
            assert!(missing.is_empty(), "no function of {name} says when it returns {missing:?}");
        }
    }
}

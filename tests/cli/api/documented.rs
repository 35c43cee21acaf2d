//! Everything that has a name in the WIT package has words too.

use wit_parser::{Docs, PackageId, Resolve, TypeDef, TypeDefKind};

use super::api;

/// What is looked at: names such as `rootfs.metadata.size`, and the words each has.
struct Named<'a>(Vec<(String, &'a Docs)>);

impl<'a> Named<'a> {
    fn of(resolve: &'a Resolve, package: PackageId) -> Named<'a> {
        let mut named = Named(vec![("the package".to_owned(), &resolve.packages[package].docs)]);
        for (name, id) in &resolve.packages[package].worlds {
            named.0.push((format!("world {name}"), &resolve.worlds[*id].docs));
        }
        for (name, id) in &resolve.packages[package].interfaces {
            let interface = &resolve.interfaces[*id];
            named.0.push((name.clone(), &interface.docs));
            named.all(name, interface.functions.iter().map(|(function, it)| (function.as_str(), &it.docs)));
            for (of_type, id) in &interface.types {
                named.of_type(&format!("{name}.{of_type}"), &resolve.types[*id]);
            }
        }
        named
    }

    fn of_type(&mut self, name: &str, of_type: &'a TypeDef) {
        match &of_type.kind {
            // The type of another interface, which has its words there.
            TypeDefKind::Type(wit_parser::Type::Id(_)) => return,
            TypeDefKind::Record(it) => {
                self.all(name, it.fields.iter().map(|it| (it.name.as_str(), &it.docs)));
            }
            TypeDefKind::Variant(it) => {
                self.all(name, it.cases.iter().map(|it| (it.name.as_str(), &it.docs)));
            }
            TypeDefKind::Enum(it) => self.all(name, it.cases.iter().map(|it| (it.name.as_str(), &it.docs))),
            TypeDefKind::Flags(it) => self.all(name, it.flags.iter().map(|it| (it.name.as_str(), &it.docs))),
            _ => {}
        }
        self.0.push((name.to_owned(), &of_type.docs));
    }

    fn all(&mut self, of: &str, parts: impl Iterator<Item = (&'a str, &'a Docs)>) {
        self.0.extend(parts.map(|(part, docs)| (format!("{of}.{part}"), docs)));
    }
}

#[test]
fn everything_that_has_a_name_has_words() {
    let (resolve, package) = api();
    let named = Named::of(&resolve, package).0;
    let silent =
        named.iter().filter(|(_, docs)| docs.contents.as_deref().unwrap_or_default().trim().is_empty());
    let silent: Vec<_> = silent.map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "these have no words: {silent:?}");
    let looked_at = |name: &str| named.iter().any(|(known, _)| known == name);
    for one in [
        "world distribution",          // a world
        "rootfs",                      // an interface
        "rootfs.writer",               // a resource
        "rootfs.[method]writer.write", // a function of it
        "types.phase.finalise",        // a case of an enum
        "command.piece.scratch-path",  // of a variant
        "boot.loader.timeout",         // a field of a record
    ] {
        assert!(
            looked_at(one),
            "{one} is not among {named:?}",
            named = named.iter().map(|it| &it.0).collect::<Vec<_>>()
        );
    }
}

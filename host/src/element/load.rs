//! Makes an [`Element`] of its files, wherever those come from.

use std::path::Path;
use std::sync::Arc;

use blankslate_element_build::FILES_SECTION;

use super::hook_name::NameRule;
use super::{
    Component, Content, Element, ElementError, ElementFile, Hook, HookKind, Manifest, Origin, Phase, carried,
    directory, readme, section,
};
use crate::bound;

const MANIFEST: &str = "element.toml";
const READMES: [&str; 3] = ["README.md", "README.rst", "README"];
const EXECUTABLE: u32 = 0o111;

/// Loads the directory at `path`, shown to people as `shown`.
pub(super) fn directory(
    name: &str,
    path: &Path,
    shown: &Path,
    rule: &NameRule,
) -> Result<Element, ElementError> {
    let files = directory::list(path)?;
    files_of(name, Origin::Directory(shown.to_owned()), files, rule)
}

/// Loads the self-contained component at `path`, with the files that it carries.
pub(super) fn wasm(path: &Path, rule: &NameRule) -> Result<Element, ElementError> {
    let bytes =
        super::read_component(path).map_err(|source| ElementError::Read { path: path.to_owned(), source })?;
    let binary = |problem| ElementError::Binary { path: path.to_owned(), problem };
    let sections = section::sections(&bytes).map_err(binary)?;
    let in_file = |source| ElementError::Manifest { file: path.display().to_string(), source };
    let manifest = Manifest::parse(sections.manifest).map_err(in_file)?;
    let files = sections.files.map(carried::unpack).transpose();
    let files = files.map_err(|problem| binary(format!("section '{FILES_SECTION}': {problem}")))?;
    let mut element = Element::empty(&manifest.name, Origin::Wasm(path.to_owned()));
    element.read_files(files.unwrap_or_default(), rule)?;
    element.add_component(Component { manifest, bytes: Content::Memory(Arc::from(bytes)) });
    Ok(element)
}

/// Makes an element of a directory's files, sorted by path.
pub(super) fn files_of(
    name: &str,
    origin: Origin,
    mut files: Vec<ElementFile>,
    rule: &NameRule,
) -> Result<Element, ElementError> {
    let mut element = Element::empty(name, origin);
    let component = take_component(&element, &mut files)?;
    element.read_files(files, rule)?;
    if let Some(component) = component {
        element.add_component(component);
    }
    Ok(element)
}

/// Takes manifest and component out of the files.
fn take_component(
    element: &Element,
    files: &mut Vec<ElementFile>,
) -> Result<Option<Component>, ElementError> {
    let Some(file) = take(files, MANIFEST) else { return Ok(None) };
    let shown = element.shown(MANIFEST);
    let text = element.text(&file)?;
    let manifest =
        Manifest::parse(&text).map_err(|source| ElementError::Manifest { file: shown.clone(), source })?;
    if manifest.name != element.name {
        let directory = element.name.clone();
        return Err(ElementError::NameMismatch { file: shown, manifest: manifest.name, directory });
    }
    let component = manifest.component.clone().unwrap_or_else(|| format!("{}.wasm", manifest.name));
    match take(files, &component) {
        Some(file) => Ok(Some(Component { manifest, bytes: file.content })),
        None => Err(ElementError::NoComponent { file: shown, component }),
    }
}

fn take(files: &mut Vec<ElementFile>, path: &str) -> Option<ElementFile> {
    let index = files.iter().position(|file| file.path == path)?;
    Some(files.remove(index))
}

fn shell_hook(file: &ElementFile, rule: &NameRule) -> Option<Hook> {
    let (directory, name) = file.path.split_once('/')?;
    let phase = Phase::from_directory(directory)?;
    let runs = file.mode & EXECUTABLE != 0 && !name.contains('/') && rule.accepts(name);
    runs.then(|| Hook { phase, name: name.to_owned(), kind: HookKind::Shell })
}

impl Element {
    /// One without anything.
    pub(crate) fn empty(name: &str, origin: Origin) -> Element {
        Element {
            name: name.to_owned(),
            origin,
            summary: None,
            dependencies: Vec::new(),
            provides: Vec::new(),
            hooks: Vec::new(),
            files: Vec::new(),
            component: None,
        }
    }

    /// Takes its files, and what they say.
    fn read_files(&mut self, files: Vec<ElementFile>, rule: &NameRule) -> Result<(), ElementError> {
        self.files = files;
        self.dependencies = self.words("element-deps")?;
        self.provides = self.words("element-provides")?;
        self.hooks = self.files.iter().filter_map(|file| shell_hook(file, rule)).collect();
        self.summary = self.read_summary()?;
        Ok(())
    }

    /// Adds what the manifest says to what the directory says.
    fn add_component(&mut self, component: Component) {
        let manifest = &component.manifest;
        let hook = |hook: &super::manifest::ManifestHook| Hook {
            phase: hook.phase,
            name: hook.full_name(),
            kind: HookKind::Component,
        };
        self.hooks.extend(manifest.hooks.iter().map(hook));
        add_new(&mut self.dependencies, &manifest.dependencies);
        add_new(&mut self.provides, &manifest.provides);
        if !manifest.summary.is_empty() {
            self.summary = Some(manifest.summary.clone());
        }
        self.component = Some(component);
    }

    /// The words of a list file: one or more a line, `#` starts a comment.
    fn words(&self, path: &str) -> Result<Vec<String>, ElementError> {
        let Some(file) = self.file(path) else { return Ok(Vec::new()) };
        let text = self.text(file)?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut words = Vec::new();
        add_new(&mut words, &lines.flat_map(str::split_whitespace).map(str::to_owned).collect::<Vec<_>>());
        Ok(words)
    }

    fn read_summary(&self) -> Result<Option<String>, ElementError> {
        let file = READMES.iter().find_map(|name| self.file(name));
        Ok(file.map(|file| self.text(file)).transpose()?.and_then(|text| readme::summary(&text)))
    }

    /// The content of one of its files as text.
    pub(crate) fn text(&self, file: &ElementFile) -> Result<String, ElementError> {
        let shown = self.shown(&file.path);
        let bytes = file
            .content
            .read_within(&bound::TEXT)
            .map_err(|source| ElementError::Read { path: shown.clone().into(), source })?;
        String::from_utf8(bytes.into_owned()).map_err(|_| ElementError::NotText(shown))
    }

    /// A file of this element, as messages name it.
    pub(crate) fn shown(&self, path: &str) -> String {
        match &self.origin {
            Origin::Builtin => format!("{}/{path} (built in)", self.name),
            Origin::Directory(root) | Origin::Wasm(root) => root.join(path).display().to_string(),
        }
    }
}

fn add_new(words: &mut Vec<String>, more: &[String]) {
    for word in more {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
}

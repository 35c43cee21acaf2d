//! Layouts, sizes and tables.

use std::fs::OpenOptions;

use anyhow::Context;
use blankslate::assemble::DiskTable;
use blankslate::plan::Layout;
use blankslate::plan::layout::{
    Identity, LayoutError, PartitionSize, RootDefaults, UsageByMount, parse_size, plan_disk,
};
use blankslate::spec::DiskSpec;
use serde_json::{Value, json};

/// What a configuration, which may be a tree or a graph, says.
pub(super) fn layout(request: &Value) -> Value {
    // YAML reads JSON.
    let parsed = Layout::parse(&request["config"].to_string(), &RootDefaults::default());
    // The size of the disk is upstream's fake one; what is looked at here does not depend on it.
    let checked = parsed.and_then(|layout| match layout.check(&DiskSpec::default()) {
        Err(error @ (LayoutError::DuplicateLabel { .. } | LayoutError::LabelTooLong { .. })) => Err(error),
        _ => Ok(layout),
    });
    match checked {
        Ok(layout) => json!({ "ok": layout }),
        Err(error) => json!({ "error": format!("{}: {error}", upstreams_words(&error)) }),
    }
}

/// An error in upstream's words, as far as its tests look at them.
fn upstreams_words(error: &LayoutError) -> String {
    match error {
        LayoutError::Syntax(_) => "Config entry not a dict".to_owned(),
        LayoutError::EntryNotSingle { .. } => "Config entry top-level should be a single dict".to_owned(),
        LayoutError::Dangling { base, .. } => format!("Edge not defined: {base}"),
        LayoutError::DuplicateName(name) => format!("Duplicate node name: {name}"),
        LayoutError::DuplicateLabel { .. } => "File system label used more than once".to_owned(),
        LayoutError::LabelTooLong { .. } => "Label too long for filesystem".to_owned(),
        _ => "other".to_owned(),
    }
}

pub(super) fn size(request: &Value) -> Value {
    match parse_size(request["text"].as_str().expect("a size is text")) {
        Ok(bytes) => json!({ "ok": bytes }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

pub(super) fn share(request: &Value) -> Value {
    let whole = request["whole"].as_u64().expect("the whole is a number");
    match request["text"].as_str().expect("a size is text").parse().expect("upstream's sizes are good") {
        PartitionSize::Bytes(bytes) => json!({ "relative": false, "ok": bytes }),
        PartitionSize::PercentOfRest(percent) => json!({ "relative": true, "ok": percent.of(whole) }),
    }
}

/// Writes a table to a file that is there.
pub(super) fn mbr(request: &Value) -> Value {
    let partitions = request["partitions"].as_array().expect("partitions are a list");
    let partitions: Vec<Value> = (1..).zip(partitions).map(partition).collect();
    let config = json!([
        { "local_loop": { "name": "image0" } },
        { "partitioning": {
            "base": "image0", "label": "mbr", "align": request["align"].to_string(), "partitions": partitions,
        } },
    ]);
    let path = request["path"].as_str().expect("a path");
    match write_mbr(path, request["size"].as_u64(), &config.to_string()) {
        Ok(()) => json!({ "ok": true }),
        Err(error) => json!({ "error": format!("{error:#}") }),
    }
}

fn partition((number, given): (usize, &Value)) -> Value {
    let flags = ["boot", "primary"].into_iter().filter(|flag| given[*flag] == true);
    json!({
        "name": format!("p{number}"),
        "size": given["size"].to_string(),
        "type": format!("{:#x}", given["type"].as_u64().expect("a type is a number")),
        "flags": flags.collect::<Vec<_>>(),
    })
}

fn write_mbr(path: &str, size: Option<u64>, config: &str) -> anyhow::Result<()> {
    let layout = Layout::parse(config, &RootDefaults::default())?;
    let (disk, identity) = (DiskSpec { image_size: size, ..DiskSpec::default() }, Identity::new(b"upstream"));
    let plan = plan_disk(&layout, &disk, &UsageByMount::new(), &identity)?;
    let table = DiskTable::of(&layout, &plan, &identity).context("no table")?;
    anyhow::ensure!(!table.placed().is_empty(), "a table without partitions");
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    table.write(&mut file)
}

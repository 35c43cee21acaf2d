//! The figures as a table.

use std::time::Duration;

use crate::measure::Cost;

/// One build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) state: &'static str,
    pub(crate) cost: Cost,
    /// Bytes of the image's file.
    pub(crate) image: u64,
    /// Bytes of the disk in the image.
    pub(crate) virtual_size: u64,
    /// Packages installed in the image.
    pub(crate) packages: usize,
}

const MIB: f64 = (1 << 20) as f64;

/// Prints all rows, and for each state how the second program compares with the first.
pub(crate) fn print(rows: &[Row]) {
    println!(
        "| caches | program | wall s | CPU s | memory MiB | disk MiB | image MiB | virtual MiB | packages |"
    );
    println!("| --- | --- | --: | --: | --: | --: | --: | --: | --: |");
    for row in rows {
        let figures = figures(row).map(|figure| format!("{figure:.0}"));
        println!("| {} | {} | {} | {} |", row.state, row.name, figures.join(" | "), row.packages);
    }
    for (reference, other) in pairs(rows) {
        let ratios = figures(reference).into_iter().zip(figures(other));
        let ratios: Vec<String> = ratios.map(|(a, b)| format!("{:.2}", b / a)).collect();
        println!("| {} | ratio | {} | |", reference.state, ratios.join(" | "));
    }
}

/// Each row with the later one of the same state.
fn pairs(rows: &[Row]) -> impl Iterator<Item = (&Row, &Row)> {
    rows.iter().enumerate().filter_map(|(index, row)| {
        let other = rows[index + 1..].iter().find(|other| other.state == row.state)?;
        Some((row, other))
    })
}

fn figures(row: &Row) -> [f64; 6] {
    let Cost { wall, cpu, memory, disk } = row.cost;
    let bytes = [memory, disk, row.image, row.virtual_size].map(|bytes| bytes as f64 / MIB);
    [wall.as_secs_f64(), cpu.as_secs_f64(), bytes[0], bytes[1], bytes[2], bytes[3]]
}

/// Prints a figure of a short command.
pub(crate) fn print_short(name: &str, median: Duration) {
    println!("{name}: {:.2} ms", median.as_secs_f64() * 1000.0);
}

//! What an element says in a build, and how far it shows to have come.

use serde_json::Value;

/// The words of one element.
#[derive(Debug)]
pub(crate) struct Events {
    /// Messages and what is printed, in order: hook, level or stream, words.
    pub(crate) lines: Vec<(String, String, String)>,
    /// How each step ended, in order: hook, label, unit, done, total.
    pub(crate) progress: Vec<(String, String, String, u64, u64)>,
}

impl Events {
    /// Reads them from a log in JSON.
    pub(crate) fn of(element: &str, log: &str) -> Events {
        let mut events = Events { lines: Vec::new(), progress: Vec::new() };
        for line in log.lines() {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            if event["element"] == element {
                events.take(&event);
            }
        }
        events
    }

    fn take(&mut self, event: &Value) {
        let text = |key: &str| {
            let text = event[key].as_str().unwrap_or_else(|| panic!("no '{key}' in {event}"));
            text.to_owned()
        };
        match text("event").as_str() {
            "message" => self.lines.push((text("hook"), text("level"), text("text"))),
            "output" => self.lines.push((text("hook"), text("stream"), text("line"))),
            "progress" => self.step(event, (text("hook"), text("label"), text("unit"))),
            _ => {}
        }
    }

    /// What comes too fast may be left out, but the last of a step is there.
    fn step(&mut self, event: &Value, (hook, label, unit): (String, String, String)) {
        let number = |key: &str| event[key].as_u64().unwrap_or_else(|| panic!("no '{key}' in {event}"));
        self.progress.retain(|(of, named, ..)| (of, named) != (&hook, &label));
        self.progress.push((hook, label, unit, number("done"), number("total")));
    }
}
